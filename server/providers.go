package server

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gingham-dev/gingham/endpoints/upstream"
	"github.com/gingham-dev/gingham/providers"
	"github.com/gingham-dev/gingham/providers/files"
	"github.com/gingham-dev/gingham/providers/plaid"
	"github.com/gingham-dev/gingham/providers/simplefin"
)

// adapters make the providers that an operator sets up, by name.
var adapters = map[string]providers.New{
	files.Name:     files.New,
	plaid.Name:     plaid.New,
	simplefin.Name: simplefin.New,
}

// adapted are the providers of the settings, in the order of their names.
func adapted(settings map[string]providers.Settings, around providers.Surroundings) ([]providers.Provider, error) {
	var list []providers.Provider
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		adapter, ok := adapters[name]
		if !ok {
			return nil, fmt.Errorf("server: no provider is named %q", name)
		}
		p, err := adapter(settings[name], around)
		if err != nil {
			return nil, fmt.Errorf("server: provider %s: %w", name, err)
		}
		list = append(list, p)
	}
	return list, nil
}

// surroundings are what providers are given of the server.
func (s *Server) surroundings() providers.Surroundings {
	return providers.Surroundings{
		Now: s.Clock.Now, Random: s.IDs, AllowLoopback: s.options.AllowLoopback, AllowPrivate: s.options.AllowPrivate, Log: s.log,
	}
}

// Provider is the provider of a name, if there is one.
func (s *Server) Provider(name string) (providers.Provider, bool) {
	return s.sources.registry.Provider(name)
}

// inbound takes the webhooks of other aggregators; nil where none sends any.
func (s *Server) inbound() *upstream.Group {
	p, _ := s.Provider(plaid.Name)
	keys, ok := p.(upstream.Keyring)
	if !ok {
		return nil
	}
	return upstream.New(upstream.Options{Ledger: s.Ledger, IDs: s.IDs, Provider: plaid.Name, Keys: keys, Log: s.log})
}
