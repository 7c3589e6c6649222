package simplefin

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/upstream"
)

// accountSet is the answer to GET /accounts, of version 1, of version 2, or of both at once.
type accountSet struct {
	// Errors are version 1's: sentences for people.
	Errors []string `json:"errors"`
	// ErrList is version 2's; nil is a server of version 1.
	ErrList     *[]problem   `json:"errlist"`
	Connections []connection `json:"connections"`
	Accounts    []account    `json:"accounts"`
}

// problem is what went wrong, with a code as "con.auth".
type problem struct {
	Code      string `json:"code"`
	ConnID    string `json:"conn_id"`
	AccountID string `json:"account_id"`
}

type connection struct {
	ConnID  string `json:"conn_id"`
	Name    string `json:"name"`
	OrgName string `json:"org_name"`
	OrgURL  string `json:"org_url"`
}

type organisation struct {
	ID      string `json:"id"`
	Domain  string `json:"domain"`
	Name    string `json:"name"`
	SfinURL string `json:"sfin-url"`
}

type account struct {
	ID           string           `json:"id"`
	Name         string           `json:"name"`
	ConnID       string           `json:"conn_id"`
	ConnName     string           `json:"conn_name"`
	Org          organisation     `json:"org"`
	Currency     string           `json:"currency"`
	Balance      upstream.Decimal `json:"balance"`
	Available    optional         `json:"available-balance"`
	BalanceDate  epoch            `json:"balance-date"`
	Transactions []transaction    `json:"transactions"`
	Holdings     json.RawMessage  `json:"holdings"`
}

type transaction struct {
	ID          string           `json:"id"`
	Posted      epoch            `json:"posted"`
	Transacted  epoch            `json:"transacted_at"`
	Amount      upstream.Decimal `json:"amount"`
	Description string           `json:"description"`
	Payee       string           `json:"payee"`
	Pending     bool             `json:"pending"`
}

// holding is a position, which the Bridge tells though the protocol has none.
type holding struct {
	Symbol        string   `json:"symbol"`
	Description   string   `json:"description"`
	Currency      string   `json:"currency"`
	Shares        optional `json:"shares"`
	MarketValue   optional `json:"market_value"`
	CostBasis     optional `json:"cost_basis"`
	PurchasePrice optional `json:"purchase_price"`
}

// positions are an account's holdings. As the protocol has none, one that can't be read
// is left out, rather than all of the answer.
func (a *account) positions() []holding {
	var list []json.RawMessage
	if json.Unmarshal(a.Holdings, &list) != nil {
		return nil
	}
	var out []holding
	for _, text := range list {
		var h holding
		if json.Unmarshal(text, &h) == nil && h.Shares.Decimal != nil && h.Symbol+h.Description != "" {
			out = append(out, h)
		}
	}
	return out
}

// optional is a number that may be left out, or be an empty text.
type optional struct{ *models.Decimal }

// UnmarshalJSON reads a number, a text that is one, or nothing.
func (o *optional) UnmarshalJSON(text []byte) error {
	if string(text) == `""` || string(text) == "null" {
		return nil
	}
	var d upstream.Decimal
	err := d.UnmarshalJSON(text)
	o.Decimal = &d.Decimal
	return err
}

// epoch is a time in seconds since 1970; 0 is none.
type epoch int64

// maxEpoch is the end of the year 9999, after which a date has no four digits.
const maxEpoch = 253402300799

// UnmarshalJSON reads a number of seconds, or a text that is one. What is no time of
// this era is none.
func (e *epoch) UnmarshalJSON(text []byte) error {
	var d upstream.Decimal
	if err := d.UnmarshalJSON(text); err != nil {
		return err
	}
	if *e = epoch(d.IntPart()); *e < 0 || *e > maxEpoch {
		*e = 0
	}
	return nil
}

func (e epoch) time() time.Time { return time.Unix(int64(e), 0).UTC() }

// date is the day of e in UTC, or "" for none.
func (e epoch) date() models.Date {
	if e == 0 {
		return ""
	}
	return models.DateOf(e.time())
}

// bankOf is the key of the bank that an account is at. Of version 1's organisations the
// domain is preferred: ids are a server's own.
func (s *accountSet) bankOf(a *account) string {
	if a.ConnID != "" {
		return a.ConnID
	}
	return cmp.Or(a.Org.Domain, a.Org.ID, a.Org.Name, a.Org.SfinURL)
}

// banks are those behind an access URL, in the server's order. One without accounts is
// one too: it may be broken.
func (s *accountSet) banks() []bank {
	var list []bank
	add := func(key string, names ...string) {
		if !slices.ContainsFunc(list, func(b bank) bool { return b.Key == key }) {
			list = append(list, bank{Key: key, Name: clean(cmp.Or(append(names, key)...))})
		}
	}
	for _, c := range s.Connections {
		add(c.ConnID, c.Name, c.OrgName, c.OrgURL)
	}
	for i := range s.Accounts {
		a := &s.Accounts[i]
		add(s.bankOf(a), a.ConnName, a.Org.Name, a.Org.Domain)
	}
	return list
}

// maxName is how many characters of a server's text are shown to people.
const maxName = 100

// clean is a server's text as it may be shown: on one line, and not too long.
func clean(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if r := []rune(text); len(r) > maxName {
		return string(r[:maxName])
	}
	return text
}

// query is what to ask for.
type query struct {
	// balancesOnly leaves transactions out.
	balancesOnly bool
	// from is the first day, before the day after the last; "" is no bound.
	from, before models.Date
}

// get asks GET /accounts. The server may be asked for pending transactions by pending=1
// only: any other value means the same to some.
func (p *Provider) get(ctx context.Context, access string, q query) (*accountSet, error) {
	u, err := url.Parse(access)
	if err != nil {
		return nil, fmt.Errorf("simplefin: state: %w", errAccess)
	}
	u = u.JoinPath("accounts")
	v := url.Values{"version": {"2"}}
	if q.balancesOnly {
		v.Set("balances-only", "1")
	} else {
		v.Set("pending", "1")
	}
	for name, day := range map[string]models.Date{"start-date": q.from, "end-date": q.before} {
		if day != "" {
			v.Set(name, strconv.FormatInt(day.Time().Unix(), 10))
		}
	}
	u.RawQuery = v.Encode()
	reply, err := p.client.Do(ctx, upstream.Request{URL: u.String()})
	if err != nil {
		return nil, err
	}
	out := &providers.Error{Scope: "item", UserAction: true, Raw: fmt.Sprintf("HTTP %d", reply.Status)}
	switch reply.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		out.Kind, out.Detail = providers.LoginRequired, "the server takes the access URL no longer"
		return nil, out
	case http.StatusPaymentRequired:
		out.Kind, out.Detail = providers.AccessNotGranted, "the server wants to be paid"
		return nil, out
	}
	if err := reply.Err(); err != nil {
		return nil, err
	}
	set := &accountSet{}
	return set, reply.JSON(set)
}
