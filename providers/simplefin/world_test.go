package simplefin_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/simplefin"
	"github.com/gingham-dev/gingham/providers/simplefin/simplefintest"
)

var now = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// day is noon, some days before now.
func day(before int) time.Time { return now.AddDate(0, 0, -before) }

// world is an adapter, a server, and what the adapter logged.
type world struct {
	providers.Provider
	*simplefintest.Server
	log bytes.Buffer
}

// newWorld checks at the end that nothing secret was logged.
func newWorld(t *testing.T, version int, s providers.Settings, banks ...*simplefintest.Bank) *world {
	t.Helper()
	w := &world{Server: simplefintest.New(t, version, banks...)}
	p, err := simplefin.New(s, providers.Surroundings{
		Now: func() time.Time { return now }, AllowLoopback: true,
		Log: slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Provider = p
	t.Cleanup(func() { w.harmless(t, w.log.String()) })
	return w
}

// harmless checks that a text has no secret.
func (w *world) harmless(t *testing.T, text string) {
	t.Helper()
	for _, secret := range w.Secrets() {
		if strings.Contains(text, secret) {
			t.Errorf("a secret is in %q", text)
		}
	}
}

// want checks an error's kind.
func (w *world) want(t *testing.T, err error, kind providers.Kind) *providers.Error {
	t.Helper()
	var e *providers.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("got %v, want %s", err, kind)
	}
	w.harmless(t, e.Error()+e.Raw)
	return e
}

// paste begins to connect, or to mend state, and pastes a token.
func (w *world) paste(t *testing.T, token string, state []byte) (providers.Step, error) {
	t.Helper()
	step, err := w.BeginConnect(t.Context(), providers.ConnectRequest{Institution: simplefin.Institution, Now: now, State: state})
	if err != nil || step.Kind != providers.StepToken || len(step.Fields) != 1 || !step.Fields[0].Secret {
		t.Fatalf("began with %+v, %v", step, err)
	}
	return w.ContinueConnect(t.Context(), step.Session, providers.Answer{Now: now, Values: map[string]string{step.Fields[0].Name: token}})
}

// link connects the only bank there is.
func (w *world) link(t *testing.T) providers.Conn {
	t.Helper()
	step, err := w.paste(t, w.Token(), nil)
	if err != nil || step.Kind != providers.StepDone {
		t.Fatalf("linked with %+v, %v", step, err)
	}
	w.Queries()
	return providers.Conn{Institution: simplefin.Institution, State: step.State, Now: now}
}

// sync fetches all pages, and returns them with what is to be known of them together.
func (w *world) sync(t *testing.T, c *providers.Conn, from models.Date) (pages []providers.SyncResult) {
	t.Helper()
	for len(pages) < 30 {
		res, err := w.SyncTransactions(t.Context(), *c, providers.SyncRequest{From: from})
		if err != nil {
			t.Fatal(err)
		}
		if res.State != nil {
			c.State = res.State
		}
		if pages = append(pages, res); !res.More {
			return pages
		}
	}
	t.Fatal("there is no end of pages")
	return nil
}

// bank is a bank with a checking account and a card.
func bank(key string) *simplefintest.Bank {
	return &simplefintest.Bank{Key: key, Name: "Bank " + key, Accounts: []*simplefintest.Account{
		{
			ID: key + "-1", Name: "Everyday Checking (1234)", Currency: "USD", Balance: "100.23", Available: "75.23", BalanceDate: day(0),
			Rows: []simplefintest.Row{
				{ID: "TRN-1", Posted: day(3), Transacted: day(5), Amount: "-33.43", Description: "Tea  House\n"},
				{ID: "TRN-2", Transacted: day(1), Amount: "-5", Description: "Garage", Pending: true},
				{ID: "TRN-3", Posted: day(100), Amount: "2500.00", Description: "Wages"},
			},
		},
		{
			ID: key + "-2", Name: "Platinum Card", Currency: "USD", Balance: "-410.50", BalanceDate: day(0),
			Rows: []simplefintest.Row{{ID: "TRN-1", Posted: day(2), Amount: "-12.00", Description: "Books"}},
		},
	}}
}
