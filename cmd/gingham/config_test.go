package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
)

func parse(t *testing.T, args ...string) (Config, error) {
	t.Helper()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	serveFlags(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return load(flags)
}

// TestConfigFile compares config.yaml with the code, in both directions.
func TestConfigFile(t *testing.T) {
	v := viper.New()
	v.SetConfigFile("../../config.yaml")
	if err := v.ReadInConfig(); err != nil {
		t.Fatal(err)
	}
	for _, s := range settings(defaults()) {
		if !v.IsSet(s.key) {
			t.Errorf("config.yaml lacks %s", s.key)
		}
	}
	var inFile Config
	if err := v.UnmarshalExact(&inFile); err != nil {
		t.Errorf("config.yaml has a key that is no setting: %v", err)
	}
	if got, want := settings(inFile), settings(defaults()); !reflect.DeepEqual(got, want) {
		t.Errorf("config.yaml: %v\ndefaults:    %v", got, want)
	}
}

// TestEnvironment gives every setting another value than its default.
func TestEnvironment(t *testing.T) {
	values := map[string]string{
		"environment": "production", "addr": "127.0.0.1:0", "public_url": "https://a.example", "store": "memory", "admin.addr": "127.0.0.1:0",
		"http.gzip_above": "4096", "http.trusted_proxies": "10.0.0.0/8,192.168.0.0/16", "http.drain": "1s",
		"log.level": "warn", "log.format": "json", "security.root_key": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"security.seal_keys": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=",
		"ledger.cache_mb":    "1", "ledger.schedule": "2s", "webhooks.schedule": "1s,2m",
		"webhooks.timeout": "1s", "webhooks.keep_delivered": "1h", "webhooks.keep_failed": "2h", "webhooks.allow": "loopback,private",
		"webhooks.grace": "0s", "sandbox.client_id": strings.Repeat("a", 24),
		"sandbox.secret": strings.Repeat("b", 30), "sandbox.initial_delay": "3s", "sandbox.historical_delay": "4s",
		"sandbox.login_lasts": "0s", "monetr.client": strings.Repeat("c", 24), "monetr.sign_up": "true", "monetr.plaid": "false",
		"monetr.link_limit": "2", "monetr.string_ids": "true", "monetr.client_name": "budget", "monetr.countries": "US,CA",
		"monetr.cookie_name": "Session",
	}
	for key, value := range values {
		t.Setenv("GINGHAM_"+strings.ToUpper(strings.ReplaceAll(key, ".", "_")), value)
	}
	c, err := parse(t)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range settings(c) {
		switch v := reflect.ValueOf(s.value); {
		case v.Kind() == reflect.Map, v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
			continue // one can be given by a file only
		}
		if _, ok := values[s.key]; !ok {
			t.Errorf("%s is not tried", s.key)
		}
		if reflect.DeepEqual(s, settings(defaults())[i]) {
			t.Errorf("%s was not read from the environment", s.key)
		}
	}
}

func TestCustomizations(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	text := "link: {customizations: {default: {primary_color: \"#102030\"}, other: {account_selection: single}}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := parse(t, "--config", file)
	want := map[string]CustomizationConfig{"default": {PrimaryColor: "#102030"}, "other": {AccountSelection: "single"}}
	if err != nil || !reflect.DeepEqual(c.Link.Customizations, want) {
		t.Errorf("%+v, %v, want %+v", c.Link.Customizations, err, want)
	}
}

func TestSources(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	text := "providers: {plaid: {secret: \"${UPSTREAM_SECRET}\", days: 30}, simplefin: {enabled: false}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := parse(t, "--config", file); err == nil || !strings.Contains(err.Error(), "UPSTREAM_SECRET") {
		t.Errorf("a variable that isn't there: %v", err)
	}
	t.Setenv("UPSTREAM_SECRET", "s3cret")
	c, err := parse(t, "--config", file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.sources()
	want := map[string]providers.Settings{"files": {}, "plaid": {"secret": "s3cret", "days": 30}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	c.Providers["files"]["enabled"] = "yes"
	if err := c.check(); err == nil {
		t.Error("enabled: yes was taken")
	}
}

func TestPrecedence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("addr: file\nstore: file\nadmin: {addr: file}\nlog: {level: error}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GINGHAM_CONFIG", file)
	t.Setenv("GINGHAM_STORE", "environment")
	t.Setenv("GINGHAM_ADDR", "environment")
	c, err := parse(t, "--addr", "flag")
	if err != nil {
		t.Fatal(err)
	}
	if got := [4]string{c.Addr, c.Store, c.Admin.Addr, c.Log.Format}; got != [4]string{"flag", "environment", "file", "text"} {
		t.Error(got)
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct{ env, value, want string }{
		{"GINGHAM_ENVIRONMENT", "development", "environment"},
		{"GINGHAM_ENVIRONMENT", "production", "security.root_key"},
		{"GINGHAM_SECURITY_ROOT_KEY", "c2hvcnQ=", "32 bytes"},
		{"GINGHAM_SECURITY_SEAL_KEYS", "c2hvcnQ=", "32 bytes"},
		{"GINGHAM_SANDBOX_CLIENT_ID", "test", "client_id has 24 hexadecimal digits"},
		{"GINGHAM_SANDBOX_SECRET", "test", "secret 30"},
		{"GINGHAM_HTTP_TRUSTED_PROXIES", "everybody", "trusted_proxies"},
		{"GINGHAM_LOG_LEVEL", "loud", "log.level"},
		{"GINGHAM_LOG_FORMAT", "xml", "log.format"},
		{"GINGHAM_LEDGER_SCHEDULE", "0s", "ledger.schedule"},
		{"GINGHAM_MONETR_LINK_LIMIT", "-1", "monetr.link_limit"},
		{"GINGHAM_WEBHOOKS_SCHEDULE", "30s,0s", "webhooks.schedule"},
		{"GINGHAM_WEBHOOKS_SCHEDULE", "soon", "webhooks.schedule"},
		{"GINGHAM_WEBHOOKS_TIMEOUT", "0s", "webhooks.timeout"},
		{"GINGHAM_WEBHOOKS_ALLOW", "loopback,everybody", "everybody"},
		{"GINGHAM_CONFIG", "no/such/file.yaml", "file.yaml"},
	}
	for _, tt := range tests {
		t.Run(tt.env+" "+tt.value, func(t *testing.T) {
			t.Setenv(tt.env, tt.value)
			if _, err := parse(t); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want something of %q", err, tt.want)
			}
		})
	}
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("http: {gzipabove: 1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := parse(t, "--config", file); err == nil || !strings.Contains(err.Error(), "gzipabove") {
		t.Errorf("an unknown key: %v", err)
	}
}

// TestNoRetries checks that an empty schedule is one, and not the default.
func TestNoRetries(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("webhooks: {schedule: []}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	check := func(c Config, err error) {
		t.Helper()
		if err != nil || c.Webhooks.Schedule == nil || len(c.Webhooks.Schedule) > 0 {
			t.Errorf("schedule %#v, %v", c.Webhooks.Schedule, err)
		}
	}
	check(parse(t, "--config", file))
	t.Setenv("GINGHAM_WEBHOOKS_SCHEDULE", "")
	check(parse(t))
}

// TestReceivers checks which receivers of webhooks each environment allows.
func TestReceivers(t *testing.T) {
	tests := []struct {
		environment       models.Environment
		allow             string
		loopback, private bool
	}{
		{models.Sandbox, "auto", true, false},
		{models.Production, "auto", false, false},
		{models.Sandbox, "", false, false},
		{models.Production, "auto, private", false, true},
		{models.Production, "loopback", true, false},
	}
	t.Setenv("GINGHAM_SECURITY_ROOT_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	for _, tt := range tests {
		t.Run(string(tt.environment)+" "+tt.allow, func(t *testing.T) {
			t.Setenv("GINGHAM_ENVIRONMENT", string(tt.environment))
			t.Setenv("GINGHAM_WEBHOOKS_ALLOW", tt.allow)
			c, err := parse(t)
			if err != nil {
				t.Fatal(err)
			}
			if loopback, private, err := c.receivers(); loopback != tt.loopback || private != tt.private || err != nil {
				t.Errorf("loopback %v, private %v, %v", loopback, private, err)
			}
		})
	}
}
