package providers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Settings are a provider's block of the configuration.
type Settings map[string]any

// Decode fills options, a pointer to a struct with JSON tags. It fails for a setting that
// options doesn't have, and for one of another type.
func (s Settings) Decode(options any) error {
	text, err := json.Marshal(map[string]any(s))
	if err != nil {
		return fmt.Errorf("providers: settings: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(options); err != nil {
		return fmt.Errorf("providers: settings: %w", err)
	}
	return nil
}

// Surroundings are what a provider is given of the server that it is part of.
type Surroundings struct {
	// Now is the server's clock.
	Now func() time.Time
	// Random is the source of what is to be random.
	Random io.Reader
	// AllowLoopback and AllowPrivate let it connect to this machine and to private networks.
	AllowLoopback, AllowPrivate bool
	Log                         *slog.Logger
}

// New makes a provider out of its settings. Each adapter that has settings exports one.
type New func(Settings, Surroundings) (Provider, error)
