package server

import (
	"io"
	"log/slog"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/gingham-dev/gingham/clock"
	"github.com/gingham-dev/gingham/endpoints/linkui"
	"github.com/gingham-dev/gingham/enrich"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/store"
)

// Options is what a Server is made of. Fields without a default are required.
type Options struct {
	Environment models.Environment
	// Store is where everything is kept. Open takes it over, even if it fails.
	Store store.Store
	// RootKey is 32 random bytes, of which the keys that hash tokens, sign cursors
	// and seal credentials are derived. Default: the one that the store keeps, made
	// at the first start; in production there is no default.
	RootKey []byte
	// SealKeys are what secrets in the store are sealed with, 32 random bytes each: the
	// first seals, all open, and so does the one that is derived of RootKey. What is
	// sealed with another than the first is sealed anew while the server works. Default:
	// the one that is derived.
	SealKeys [][]byte
	// Clock is the time that the server goes by. Default: the machine's.
	Clock *clock.Clock
	// Random is the source of tokens, ids and a new root key. Default: crypto/rand.
	Random io.Reader
	// Log is the log. Default: none.
	Log *slog.Logger
	// Metrics registers what is counted. Default: nothing is.
	Metrics prometheus.Registerer

	// CacheBytes bounds the decoded blocks of transactions kept in memory. Default: 20 MiB.
	CacheBytes int
	// GzipAbove is the size in bytes from which a response is compressed; 0 is never.
	GzipAbove int
	// TrustedProxies may say in X-Forwarded-For who calls. Default: nobody may.
	TrustedProxies []netip.Prefix
	// Schedule is how often background work is looked for. Default: every second.
	Schedule time.Duration

	// WebhookSchedule is how long to wait before each retry of a webhook; after the
	// last one it has failed. Default: as Plaid does.
	WebhookSchedule []time.Duration
	// WebhookTimeout is how long a receiver may take to answer. Default: 10 seconds.
	WebhookTimeout time.Duration
	// KeepDelivered and KeepFailed are how long ended deliveries are kept. Default:
	// 24 hours and ten days.
	KeepDelivered, KeepFailed time.Duration
	// AllowLoopback and AllowPrivate let webhooks go to this machine and to private networks.
	AllowLoopback, AllowPrivate bool
	// Grace is how long the first webhooks of an Item wait after its first access
	// token was given, so that its client has it by then. Default: not at all.
	Grace time.Duration

	// ClientID and Secret are of the client that a sandbox has from the start; no
	// ClientID is no such client.
	ClientID models.ClientID
	Secret   string
	// InitialDelay and HistoricalDelay are how long after linking the first 30 days
	// and all history of transactions become readable in a sandbox. Default: at once.
	InitialDelay, HistoricalDelay time.Duration
	// Customizations are how Link looks and asks, by link_customization_name.
	Customizations map[string]linkui.Customization
	// Monetr is of the API of monetr's links.
	Monetr MonetrOptions
	// EnrichRules say who merchants are and what transactions are for, where a provider
	// tells only what the bank wrote.
	EnrichRules []enrich.Rule
	// Providers are the settings of the sources of data besides the sandbox's people, by
	// their names. Default: there are none.
	Providers map[string]providers.Settings
	// LoginLasts is how long after signing in a sandbox's person must sign in again. Default: for ever.
	LoginLasts time.Duration
}

// MonetrOptions is of the API of monetr's links.
type MonetrOptions struct {
	// Client is whose users sign in with an e-mail address and a password. Default:
	// ClientID; where there is none, nobody signs in.
	Client models.ClientID
	// SignUp lets anybody become one of them; in the sandbox anybody may.
	SignUp bool
	// PlaidDisabled leaves manual links only.
	PlaidDisabled bool
	// LinkLimit is how many Plaid links a user can have; 0 is any number.
	LinkLimit int
	// StringIDs gives new links ids as link_01hz…, rather than numbers.
	StringIDs bool
	// ClientName is who Link tells people they share their data with. Default: monetr.
	ClientName string
	// Countries are the codes of the countries whose institutions Link shows. Default: US.
	Countries []string
	// CookieName is the name of the cookie and the header of who has signed in. Default: M-Token.
	CookieName string
}
