// Package plaid is the source of data that another aggregator of Plaid's API is: Plaid
// itself, or a Gingham elsewhere. What it tells is passed on as it comes: the kinds of
// accounts, merchants and categories, Plaid's signs.
//
// People link at the upstream's own hosted page. Its access tokens are the connection's
// state, which the ledger seals; the credentials are sent in headers, so that they are in
// no body.
package plaid

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/upstream"
)

// Name is the provider's.
const Name = "plaid"

// Options are the provider's settings.
type Options struct {
	// BaseURL is where the API is: https://sandbox.plaid.com, https://production.plaid.com,
	// or that of another Gingham.
	BaseURL string `json:"base_url"`
	// ClientID and Secret are of the account there.
	ClientID string `json:"client_id"`
	Secret   string `json:"secret"`
	// ClientName is who its pages tell people they share their data with. Default: Gingham.
	ClientName string `json:"client_name"`
	// Language is that of its pages. Default: en.
	Language string `json:"language"`
	// Countries are the codes of the countries whose institutions are offered. Default: US.
	Countries []string `json:"countries"`
	// Products are those of the account there: institutions offer no others here. Default:
	// all that are served.
	Products []models.Product `json:"products"`
	// Institutions are those to offer. Default: all of the countries, which the upstream is
	// asked for when the server starts.
	Institutions []Institution `json:"institutions"`
	// Prefix is put before the upstream's ids of institutions, where they would be another
	// provider's too. Default: nothing is.
	Prefix string `json:"prefix"`
	// Cache is a file that keeps the institutions for a day, so that not every start asks
	// for them. Default: none.
	Cache string `json:"cache"`
	// Webhook is where the upstream tells of news: this server's public URL and
	// /upstream/plaid/webhook. Default: nowhere; Items are then asked about every Poll.
	Webhook string `json:"webhook"`
	// Poll is how long after an answer the upstream is asked again though it told of no
	// news, as 6h. Default: 6h.
	Poll string `json:"poll"`
	// CategoryVersion is the taxonomy of personal finance categories to ask for: v1 or v2.
	// Default: the account's own.
	CategoryVersion string `json:"category_version"`
	// Record is a directory to keep all answers in, with secrets, names and numbers replaced
	// (see Cassette). Default: none.
	Record string `json:"record"`
}

// Institution is one to offer, by the upstream's id.
type Institution struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Products []models.Product `json:"products"`
	URL      string           `json:"url"`
}

// served are the products that are passed on, or made of what is.
var served = []models.Product{
	models.ProductAssets, models.ProductAuth, models.ProductBalance, models.ProductIdentity, models.ProductInvestments,
	models.ProductLiabilities, models.ProductRecurring, models.ProductTransactions, models.ProductTransactionsRefresh,
}

// Asker asks a service; *upstream.Client is one. Errors are *providers.Error, or the context's.
type Asker interface {
	Do(ctx context.Context, r upstream.Request) (*upstream.Reply, error)
}

// Provider passes another aggregator's data on. It is safe for concurrent use.
type Provider struct {
	o            Options
	ask          Asker
	poll         time.Duration
	now          func() time.Time
	institutions []models.Institution
	keys         keyring
	log          *slog.Logger
}

var (
	_ providers.Provider            = (*Provider)(nil)
	_ providers.IdentityProvider    = (*Provider)(nil)
	_ providers.NumbersProvider     = (*Provider)(nil)
	_ providers.InvestmentsProvider = (*Provider)(nil)
	_ providers.LiabilitiesProvider = (*Provider)(nil)
	_ providers.Notified            = (*Provider)(nil)
	_ providers.New                 = New
)

// startLimit is how long a start may take to ask for institutions.
const startLimit = 2 * time.Minute

// New makes a provider out of its settings, which Options has. Where they name no
// institutions it asks the upstream for them, unless it has them in its cache; it
// fails if neither can be had.
func New(settings providers.Settings, around providers.Surroundings) (providers.Provider, error) {
	var o Options
	if err := settings.Decode(&o); err != nil {
		return nil, err
	}
	var ask Asker = upstream.New(upstream.Options{
		AllowLoopback: around.AllowLoopback, AllowPrivate: around.AllowPrivate, Now: around.Now, Timeout: 30 * time.Second,
	})
	if o.Record != "" {
		r, err := NewRecorder(ask, o.Record)
		if err != nil {
			return nil, err
		}
		ask = r
	}
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	return Open(ctx, o, around, ask)
}

// Open is New for settings that were read, with somebody else to ask.
func Open(ctx context.Context, o Options, around providers.Surroundings, ask Asker) (*Provider, error) {
	p := &Provider{o: o, ask: ask, now: around.Now, log: around.Log}
	if p.now == nil {
		p.now = time.Now
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	if err := p.settle(); err != nil {
		return nil, fmt.Errorf("plaid: %w", err)
	}
	var err error
	if p.institutions, err = p.offered(ctx); err != nil {
		return nil, fmt.Errorf("plaid: institutions: %w", err)
	}
	return p, nil
}

// settle checks the settings and fills in what is not set.
func (p *Provider) settle() error {
	o := &p.o
	u, err := url.Parse(o.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("base_url is no http or https URL")
	}
	o.BaseURL = strings.TrimSuffix(o.BaseURL, "/")
	if o.ClientID == "" || o.Secret == "" {
		return errors.New("client_id and secret must be set")
	}
	switch o.CategoryVersion {
	case "", "v1", "v2":
	default:
		return fmt.Errorf("category_version is %q, neither v1 nor v2", o.CategoryVersion)
	}
	if o.ClientName == "" {
		o.ClientName = "Gingham"
	}
	if o.Language == "" {
		o.Language = "en"
	}
	if len(o.Countries) == 0 {
		o.Countries = []string{"US"}
	}
	if o.Products == nil {
		o.Products = served
	}
	p.poll = 6 * time.Hour
	if o.Poll != "" {
		if p.poll, err = time.ParseDuration(o.Poll); err != nil || p.poll <= 0 {
			return errors.New("poll is no time, as 6h")
		}
	}
	return nil
}

// Info implements providers.Provider.
func (p *Provider) Info() providers.Info { return providers.Info{Name: Name, Mode: providers.Delta} }

// Institutions implements providers.Provider.
func (p *Provider) Institutions() []models.Institution { return p.institutions }
