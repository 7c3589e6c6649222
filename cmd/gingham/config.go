package main

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/gingham-dev/gingham/models"
)

// Config is every setting, by its key in config.yaml. The same key in capitals,
// with GINGHAM_ before it and _ for dots, is its environment variable.
type Config struct {
	Environment string         `mapstructure:"environment"`
	Addr        string         `mapstructure:"addr"`
	PublicURL   string         `mapstructure:"public_url"`
	Store       string         `mapstructure:"store"`
	Admin       AdminConfig    `mapstructure:"admin"`
	HTTP        HTTPConfig     `mapstructure:"http"`
	Log         LogConfig      `mapstructure:"log"`
	Security    SecurityConfig `mapstructure:"security"`
	Ledger      LedgerConfig   `mapstructure:"ledger"`
	Webhooks    WebhooksConfig `mapstructure:"webhooks"`
	Link        LinkConfig     `mapstructure:"link"`
	Monetr      MonetrConfig   `mapstructure:"monetr"`
	Enrichment  EnrichConfig   `mapstructure:"enrichment"`
	Sandbox     SandboxConfig  `mapstructure:"sandbox"`
	// Providers are the sources of data besides the sandbox's people, each by its name
	// with settings of its own.
	Providers map[string]map[string]any `mapstructure:"providers"`
}

// AdminConfig is of the listener for operators.
type AdminConfig struct {
	Addr string `mapstructure:"addr"`
}

// HTTPConfig is of the API's listener.
type HTTPConfig struct {
	GzipAbove      int           `mapstructure:"gzip_above"`
	TrustedProxies []string      `mapstructure:"trusted_proxies"`
	Drain          time.Duration `mapstructure:"drain"`
}

// LogConfig is of the log, which goes to standard error.
type LogConfig struct {
	Level  string `mapstructure:"level"`
	Format string `mapstructure:"format"`
}

// SecurityConfig is of secrets.
type SecurityConfig struct {
	RootKey  string   `mapstructure:"root_key"`
	SealKeys []string `mapstructure:"seal_keys"`
}

// LedgerConfig is of the engine.
type LedgerConfig struct {
	CacheMB  int           `mapstructure:"cache_mb"`
	Schedule time.Duration `mapstructure:"schedule"`
}

// WebhooksConfig is of webhooks and their delivery.
type WebhooksConfig struct {
	Schedule      []time.Duration `mapstructure:"schedule"`
	Timeout       time.Duration   `mapstructure:"timeout"`
	KeepDelivered time.Duration   `mapstructure:"keep_delivered"`
	KeepFailed    time.Duration   `mapstructure:"keep_failed"`
	Allow         []string        `mapstructure:"allow"`
	Grace         time.Duration   `mapstructure:"grace"`
}

// LinkConfig is of Link's pages.
type LinkConfig struct {
	Customizations map[string]CustomizationConfig `mapstructure:"customizations"`
}

// CustomizationConfig is how Link looks and asks for who names it.
type CustomizationConfig struct {
	PrimaryColor     string `mapstructure:"primary_color"`
	Logo             string `mapstructure:"logo"`
	AccountSelection string `mapstructure:"account_selection"`
}

// MonetrConfig is of the API of monetr's links.
type MonetrConfig struct {
	Client     string   `mapstructure:"client"`
	SignUp     bool     `mapstructure:"sign_up"`
	Plaid      bool     `mapstructure:"plaid"`
	LinkLimit  int      `mapstructure:"link_limit"`
	StringIDs  bool     `mapstructure:"string_ids"`
	ClientName string   `mapstructure:"client_name"`
	Countries  []string `mapstructure:"countries"`
	CookieName string   `mapstructure:"cookie_name"`
}

// EnrichConfig is of what is found out about transactions.
type EnrichConfig struct {
	Rules []EnrichRule `mapstructure:"rules"`
}

// EnrichRule says who a merchant is, and what transactions with it are for.
type EnrichRule struct {
	Match    string `mapstructure:"match"`
	Merchant string `mapstructure:"merchant"`
	Category string `mapstructure:"category"`
}

// SandboxConfig is of the sandbox; production has none of it.
type SandboxConfig struct {
	ClientID        string        `mapstructure:"client_id"`
	Secret          string        `mapstructure:"secret"`
	InitialDelay    time.Duration `mapstructure:"initial_delay"`
	HistoricalDelay time.Duration `mapstructure:"historical_delay"`
	LoginLasts      time.Duration `mapstructure:"login_lasts"`
}

// The sandbox's own client, known to everybody.
const (
	sandboxClientID = "67696e6768616d73616e6462"
	sandboxSecret   = "73616e64626f782d7365637265742e" //nolint:gosec // printed at every start
)

// defaults are the settings of a server that was told nothing.
func defaults() Config {
	return Config{
		Environment: string(models.Sandbox),
		Addr:        "127.0.0.1:8080",
		Store:       "sqlite:gingham.db",
		Admin:       AdminConfig{Addr: "127.0.0.1:8081"},
		Security:    SecurityConfig{SealKeys: []string{}},
		HTTP:        HTTPConfig{TrustedProxies: []string{}, Drain: 20 * time.Second},
		Log:         LogConfig{Level: "info", Format: "text"},
		Ledger:      LedgerConfig{CacheMB: 20, Schedule: time.Second},
		Webhooks: WebhooksConfig{
			Schedule: []time.Duration{
				30 * time.Second, 2 * time.Minute, 8 * time.Minute, 32 * time.Minute, 128 * time.Minute, 512 * time.Minute,
			},
			Timeout: 10 * time.Second, KeepDelivered: 24 * time.Hour, KeepFailed: 240 * time.Hour,
			Allow: []string{"auto"}, Grace: time.Second,
		},
		Monetr:     MonetrConfig{Plaid: true, ClientName: "monetr", Countries: []string{"US"}, CookieName: "M-Token"},
		Providers:  map[string]map[string]any{"files": {"enabled": true}},
		Enrichment: EnrichConfig{Rules: []EnrichRule{}},
		Sandbox:    SandboxConfig{ClientID: sandboxClientID, Secret: sandboxSecret, LoginLasts: 720 * time.Hour},
	}
}

// commonFlags are the settings that have a flag, too.
func commonFlags(flags *pflag.FlagSet) {
	flags.String("config", "", "a configuration file; config.yaml shows every setting")
	flags.String("store", "", `where data is kept: "sqlite:path", "memory" or "mongodb://…" (default "sqlite:gingham.db")`)
}

// load reads settings from, each overriding the next, flags, environment, the file
// named by --config or GINGHAM_CONFIG, and defaults, and checks them.
func load(flags *pflag.FlagSet) (Config, error) {
	v := viper.New()
	v.SetEnvPrefix("GINGHAM")
	v.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))
	v.AutomaticEnv()
	v.AllowEmptyEnv(true) // GINGHAM_ADMIN_ADDR= is no admin listener
	for _, s := range settings(defaults()) {
		v.SetDefault(s.key, s.value)
	}
	file, err := flags.GetString("config")
	if err != nil {
		return Config{}, fmt.Errorf("config: %w", err)
	}
	if file == "" {
		file = v.GetString("config")
	}
	if file != "" {
		v.SetConfigFile(file)
		if err := v.ReadInConfig(); err != nil {
			return Config{}, fmt.Errorf("config: %w", err)
		}
	}
	for _, key := range []string{"addr", "store", "admin.addr"} {
		if f := flags.Lookup(strings.ReplaceAll(key, ".", "-")); f != nil && f.Changed {
			v.Set(key, f.Value.String())
		}
	}
	var c Config
	if err := v.UnmarshalExact(&c); err != nil {
		return Config{}, fmt.Errorf("config: %w", err)
	}
	// A file that names some providers says nothing of the others.
	if c.Providers == nil {
		c.Providers = map[string]map[string]any{}
	}
	for name, block := range defaults().Providers {
		if _, ok := c.Providers[name]; !ok {
			c.Providers[name] = block
		}
	}
	// Where the API takes any free port, the operator's listener does too, unless
	// it was told: several servers then run side by side.
	if strings.HasSuffix(c.Addr, ":0") && c.Admin.Addr == defaults().Admin.Addr {
		c.Admin.Addr = "127.0.0.1:0"
	}
	return c, c.check()
}

// setting is one key and its value.
type setting struct {
	key   string
	value any
}

// settings lists the settings of c in the order of its fields.
func settings(c Config) []setting {
	var list []setting
	var walk func(prefix string, v reflect.Value)
	walk = func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			key, field := prefix+v.Type().Field(i).Tag.Get("mapstructure"), v.Field(i)
			if field.Kind() == reflect.Struct {
				walk(key+".", field)
				continue
			}
			list = append(list, setting{key, field.Interface()})
		}
	}
	walk("", reflect.ValueOf(c))
	return list
}
