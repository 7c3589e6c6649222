package webhooks_test

import (
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/gingham-dev/gingham/store"
	"github.com/gingham-dev/gingham/webhooks"
)

// TestGuard checks that nothing but public addresses is connected to, however they
// are written, unless it is allowed.
func TestGuard(t *testing.T) {
	t.Parallel()
	const (
		private = "not sent: the address is private or reserved"
		number  = "not sent: the host is a number, but no IP address"
		notWeb  = "not sent: not an address of http or https"
	)
	r := newReceiver(t, nil)
	here, err := url.Parse(r.url)
	must(t, err)
	port := ":" + here.Port()
	hosts := map[string]string{
		"127.0.0.1": private, "127.8.8.8": private, "[::1]": private, "localhost": private, "LOCALHOST": private,
		"0.0.0.0": private, "[::]": private,
		// IPv4 in IPv6: mapped, compatible, NAT64, 6to4, Teredo.
		"[::ffff:127.0.0.1]": private, "[::ffff:7f00:1]": private, "[::127.0.0.1]": private, "[64:ff9b::127.0.0.1]": private,
		"[64:ff9b:1::7f00:1]": private, "[2002:7f00:1::]": private, "[2001:0:7f00:1::]": private,
		"[::ffff:169.254.169.254]": private, "[64:ff9b::a9fe:a9fe]": private, "[2002:a9fe:a9fe::1]": private,
		// Links, private networks, all else that is reserved.
		"169.254.169.254": private, "[fe80::1]": private, "[fe80::1%25lo]": private, "[fd00:ec2::254]": private,
		"10.0.0.1": private, "172.16.0.1": private, "172.31.255.255": private, "192.168.1.1": private, "100.64.0.1": private,
		"192.0.2.1": private, "198.18.0.1": private, "224.0.0.1": private, "255.255.255.255": private, "240.0.0.1": private,
		"[ff02::1]": private, "[2001:db8::1]": private, "[fc00::1]": private,
		// Numbers that some take for an address.
		"2130706433": number, "0x7f000001": number, "0x7F.0.0.1": number, "0177.0.0.1": number, "017700000001": number,
		"127.1": number, "127.0.1": number, "127.0.0.1.": number, "0": number, "0x": number, "127.0.0.0x1": number,
		"1.2.3.4.5": number, "256.0.0.1": number, "example.0x7f": number, "2852039166": number,
		"": notWeb, "[::1": notWeb, "%zz": notWeb, "a b": notWeb,
	}
	d := newDepot(t, func(o *webhooks.WorkerOptions) { o.AllowLoopback = false })
	addresses := map[string]string{
		"ftp://127.0.0.1": notWeb, "file:///etc/passwd": notWeb, "gopher://127.0.0.1": notWeb, "unix:/run/x": notWeb,
		"127.0.0.1": notWeb, "//127.0.0.1": notWeb, "http:127.0.0.1": notWeb,
	}
	for host, want := range hosts {
		addresses["http://"+host+port+"/hook"] = want
	}
	ids := map[string]string{}
	for address := range addresses {
		ids[address] = d.tell(nthItem(len(ids)), address, 1)[0]
	}
	d.drain()
	for address, want := range addresses {
		got := d.delivery(ids[address])
		if got.State != store.Waiting || len(got.Tries) != 1 || got.Tries[0].Error != want || got.Tries[0].Status != 0 {
			t.Errorf("%q: %s after %+v, want %q", address, got.State, got.Tries, want)
		}
	}
	if n := len(r.got()); n > 0 {
		t.Errorf("%d webhooks came", n)
	}
}

// TestAllowed checks that what is allowed can be reached, and no more.
func TestAllowed(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, nil)
	port := r.url[strings.LastIndexByte(r.url, ':'):]
	for name, c := range map[string]struct {
		loopback, private bool
		urls              map[string]bool // whether it may be connected to
	}{
		"loopback": {true, false, map[string]bool{
			"http://127.0.0.1" + port: true, "http://localhost" + port: true, "http://[::ffff:127.0.0.1]" + port: true,
			"http://10.0.0.1": false, "http://169.254.169.254": false, "http://0.0.0.0" + port: false,
		}},
		"private": {false, true, map[string]bool{
			"http://127.0.0.1" + port: false, "http://169.254.169.254": false, "http://[fe80::1]": false, "http://100.64.0.1": false,
			"http://[::ffff:127.0.0.1]" + port: false,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDepot(t, func(o *webhooks.WorkerOptions) { o.AllowLoopback, o.AllowPrivate = c.loopback, c.private })
			ids := map[string]string{}
			for u := range c.urls {
				ids[u] = d.tell(nthItem(len(ids)), u, 1)[0]
			}
			d.drain()
			for u, want := range c.urls {
				got := d.delivery(ids[u])
				if (got.State == store.Delivered) != want || !want && got.Tries[0].Error != "not sent: the address is private or reserved" {
					t.Errorf("%s: %s after %+v", u, got.State, got.Tries)
				}
			}
		})
	}
}

// TestAllowPrivate checks that private networks are allowed where they are, at the check itself:
// a test can't rely on what answers there.
func TestAllowPrivate(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"10.1.2.3:80": true, "172.16.0.1:443": true, "172.32.0.1:80": true /* public */, "192.168.0.1:8080": true, "[fd12::1]:80": true,
		"127.0.0.1:80": false, "[::1]:80": false, "169.254.169.254:80": false, "[fe80::1]:80": false, "100.64.0.1:80": false,
		"[::ffff:10.0.0.1]:80": false, // as the net package never writes it
	} {
		network := "tcp4"
		if host, _, _ := net.SplitHostPort(address); strings.Contains(host, ":") {
			network = "tcp6"
		}
		if err := webhooks.Guard(false, true)(network, address, nil); (err == nil) != want {
			t.Errorf("%s: %v", address, err)
		}
	}
}
