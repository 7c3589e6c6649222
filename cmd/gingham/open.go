package main

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"github.com/gingham-dev/gingham/endpoints/linkui"
	"github.com/gingham-dev/gingham/endpoints/linkui/flow"
	"github.com/gingham-dev/gingham/enrich"
	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/server"
)

// open opens the server that the settings ask for.
func open(ctx context.Context, c Config, log *slog.Logger, metrics prometheus.Registerer) (*server.Server, error) {
	root, err := c.rootKey()
	if err != nil {
		return nil, err
	}
	seals, err := c.sealKeys()
	if err != nil {
		return nil, err
	}
	sources, err := c.sources()
	if err != nil {
		return nil, err
	}
	proxies, err := c.proxies()
	if err != nil {
		return nil, err
	}
	loopback, private, err := c.receivers()
	if err != nil {
		return nil, err
	}
	s, err := server.OpenStore(ctx, c.Store, log)
	if err != nil {
		return nil, err
	}
	looks := map[string]linkui.Customization{}
	for name, l := range c.Link.Customizations {
		looks[name] = linkui.Customization{
			PrimaryColor: l.PrimaryColor, Logo: l.Logo, AccountSelection: flow.Selection(l.AccountSelection),
		}
	}
	rules := make([]enrich.Rule, len(c.Enrichment.Rules))
	for i, r := range c.Enrichment.Rules {
		rules[i] = enrich.Rule(r)
	}
	return server.Open(ctx, server.Options{
		Environment: models.Environment(c.Environment), Store: s, RootKey: root, SealKeys: seals, Log: log, Metrics: metrics,
		CacheBytes: c.Ledger.CacheMB << 20, GzipAbove: c.HTTP.GzipAbove, TrustedProxies: proxies, Schedule: c.Ledger.Schedule,
		ClientID: models.ClientID(c.Sandbox.ClientID), Secret: c.Sandbox.Secret,
		InitialDelay: c.Sandbox.InitialDelay, HistoricalDelay: c.Sandbox.HistoricalDelay, LoginLasts: c.Sandbox.LoginLasts,
		WebhookSchedule: c.Webhooks.Schedule, WebhookTimeout: c.Webhooks.Timeout,
		KeepDelivered: c.Webhooks.KeepDelivered, KeepFailed: c.Webhooks.KeepFailed,
		AllowLoopback: loopback, AllowPrivate: private, Grace: c.Webhooks.Grace, Customizations: looks, EnrichRules: rules, Providers: sources,
		Monetr: server.MonetrOptions{
			Client: models.ClientID(c.Monetr.Client), SignUp: c.Monetr.SignUp, PlaidDisabled: !c.Monetr.Plaid,
			LinkLimit: c.Monetr.LinkLimit, StringIDs: c.Monetr.StringIDs, ClientName: c.Monetr.ClientName,
			Countries: c.Monetr.Countries, CookieName: c.Monetr.CookieName,
		},
	})
}

// withServer runs a command over the server that its flags ask for.
func withServer(run func(cmd *cobra.Command, c Config, s *server.Server, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) (err error) {
		c, err := load(cmd.Flags())
		if err != nil {
			return err
		}
		log, err := c.logger(cmd.ErrOrStderr())
		if err != nil {
			return err
		}
		s, err := open(cmd.Context(), c, log, nil)
		if err != nil {
			return err
		}
		defer closing(s, &err)
		return run(cmd, c, s, args)
	}
}
