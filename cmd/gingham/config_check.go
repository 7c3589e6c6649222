package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gingham-dev/gingham/endpoints/api"
	"github.com/gingham-dev/gingham/ledger/vault"
	"github.com/gingham-dev/gingham/models"
)

// check finds settings that can't be.
func (c *Config) check() error {
	env := models.Environment(c.Environment)
	switch {
	case env != models.Sandbox && env != models.Production:
		return fmt.Errorf("config: environment is %q, not %q or %q", env, models.Sandbox, models.Production)
	case env == models.Production && c.Security.RootKey == "":
		return fmt.Errorf("config: security.root_key must be set in production: 32 random bytes in base64")
	case c.Monetr.LinkLimit < 0:
		return fmt.Errorf("config: monetr.link_limit is %d, less than nothing", c.Monetr.LinkLimit)
	case c.Log.Format != "text" && c.Log.Format != "json":
		return fmt.Errorf(`config: log.format is %q, not "text" or "json"`, c.Log.Format)
	}
	for key, list := range map[string][]time.Duration{
		"ledger.schedule": {c.Ledger.Schedule}, "webhooks.schedule": c.Webhooks.Schedule, "webhooks.timeout": {c.Webhooks.Timeout},
		"webhooks.keep_delivered": {c.Webhooks.KeepDelivered}, "webhooks.keep_failed": {c.Webhooks.KeepFailed},
	} {
		if slices.ContainsFunc(list, func(d time.Duration) bool { return d <= 0 }) {
			return fmt.Errorf("config: %s must be more than nothing", key)
		}
	}
	if env == models.Sandbox {
		if err := api.CheckCredentials(c.Sandbox.ClientID, c.Sandbox.Secret); err != nil {
			return fmt.Errorf("config: sandbox.client_id and sandbox.secret (GINGHAM_SANDBOX_CLIENT_ID, GINGHAM_SANDBOX_SECRET): %w", err)
		}
	}
	if _, err := c.rootKey(); err != nil {
		return err
	}
	if _, err := c.sealKeys(); err != nil {
		return err
	}
	if _, err := c.proxies(); err != nil {
		return err
	}
	if _, err := c.sources(); err != nil {
		return err
	}
	if _, _, err := c.receivers(); err != nil {
		return err
	}
	_, err := c.logger(io.Discard)
	return err
}

// rootKey decodes the root key; none is nil.
func (c *Config) rootKey() ([]byte, error) {
	if c.Security.RootKey == "" {
		return nil, nil
	}
	return decodeKey("security.root_key", c.Security.RootKey)
}

// sealKeys decodes the keys that secrets are sealed with.
func (c *Config) sealKeys() ([][]byte, error) {
	var keys [][]byte
	for _, text := range c.Security.SealKeys {
		key, err := decodeKey("each of security.seal_keys", strings.TrimSpace(text))
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// decodeKey decodes the key of a setting.
func decodeKey(setting, text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != vault.KeySize {
		// Not the text: it may be a real key with a slip in it.
		return nil, fmt.Errorf("config: %s must be %d bytes in base64", setting, vault.KeySize)
	}
	return key, nil
}

func (c *Config) proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range slices.Compact(c.HTTP.TrustedProxies) {
		p, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("config: http.trusted_proxies: %w", err)
		}
		list = append(list, p)
	}
	return list, nil
}

// receivers says which receivers of webhooks are allowed besides those with public addresses.
func (c *Config) receivers() (loopback, private bool, err error) {
	for _, word := range c.Webhooks.Allow {
		switch strings.TrimSpace(word) {
		case "auto":
			loopback = loopback || c.Environment == string(models.Sandbox)
		case "loopback":
			loopback = true
		case "private":
			private = true
		default:
			return false, false, fmt.Errorf(`config: webhooks.allow has %q, which is none of "auto", "loopback", "private"`, word)
		}
	}
	return loopback, private, nil
}

func (c *Config) logger(to io.Writer) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Log.Level)); err != nil {
		return nil, fmt.Errorf("config: log.level: %w", err)
	}
	options := &slog.HandlerOptions{Level: level}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(to, options)), nil
	}
	return slog.New(slog.NewTextHandler(to, options)), nil
}
