package plaid

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/gingham-dev/gingham/models"
	"github.com/gingham-dev/gingham/providers/upstream"
)

const (
	// institutionsPage is how many institutions an answer has, maxInstitutions how many
	// there may be of all countries.
	institutionsPage, maxInstitutions = 500, 100_000
	// cacheLife is how long the cache is as good as asking.
	cacheLife = 24 * time.Hour
)

type institution struct {
	ID             string           `json:"institution_id"`
	Name           string           `json:"name"`
	Products       []models.Product `json:"products"`
	Countries      []string         `json:"country_codes"`
	OAuth          bool             `json:"oauth"`
	URL            string           `json:"url"`
	PrimaryColor   string           `json:"primary_color"`
	RoutingNumbers []string         `json:"routing_numbers"`
	DTCNumbers     []string         `json:"dtc_numbers"`
}

// offered are the institutions to offer: those of the settings, else those of the
// cache while it is fresh, else those that the upstream has, and else an older cache.
func (p *Provider) offered(ctx context.Context) ([]models.Institution, error) {
	if len(p.o.Institutions) > 0 {
		return p.named(), nil
	}
	kept, at, err := p.readCache()
	if err != nil {
		return nil, err
	}
	if kept != nil && time.Since(at) < cacheLife {
		return p.institutionsOf(kept), nil
	}
	list, err := p.fetchInstitutions(ctx)
	if err != nil {
		if kept == nil {
			return nil, err
		}
		p.log.WarnContext(ctx, "institutions are those of an old cache", "provider", Name, "as_of", at, "error", err)
		return p.institutionsOf(kept), nil
	}
	if err := p.writeCache(list); err != nil {
		return nil, err
	}
	return p.institutionsOf(list), nil
}

// named are the institutions of the settings.
func (p *Provider) named() []models.Institution {
	list := make([]institution, len(p.o.Institutions))
	for i, in := range p.o.Institutions {
		list[i] = institution{ID: in.ID, Name: in.Name, Products: in.Products, Countries: p.o.Countries, URL: in.URL}
		if in.Name == "" {
			list[i].Name = in.ID
		}
		if in.Products == nil {
			list[i].Products = p.o.Products
		}
	}
	return p.institutionsOf(list)
}

func (p *Provider) fetchInstitutions(ctx context.Context) ([]institution, error) {
	var all []institution
	for len(all) < maxInstitutions {
		var page struct {
			Institutions []institution `json:"institutions"`
			Total        int           `json:"total"`
		}
		err := p.call(ctx, "/institutions/get", body{
			"count": institutionsPage, "offset": len(all), "country_codes": p.o.Countries,
			"options": body{"include_optional_metadata": true},
		}, &page)
		if err != nil {
			return nil, err
		}
		for i := range page.Institutions {
			page.Institutions[i].clip()
		}
		all = append(all, page.Institutions...)
		if len(page.Institutions) == 0 || len(all) >= page.Total {
			break
		}
	}
	return all, nil
}

// clip keeps of lists what a server of a whole country's institutions has room for.
func (in *institution) clip() {
	in.RoutingNumbers = slices.Clip(in.RoutingNumbers[:min(len(in.RoutingNumbers), 64)])
}

// institutionsOf are institutions as the domain has them.
func (p *Provider) institutionsOf(list []institution) []models.Institution {
	out := make([]models.Institution, 0, len(list))
	seen := make(map[string]bool, len(list))
	for i := range list {
		in := &list[i]
		if seen[in.ID] {
			continue // the list grew while it was read
		}
		seen[in.ID] = true
		products := slices.DeleteFunc(slices.Clone(in.Products), func(have models.Product) bool {
			return !slices.Contains(served, have) || !slices.Contains(p.o.Products, have)
		})
		out = append(out, models.Institution{
			ID: models.InstitutionID(p.o.Prefix + in.ID), Name: in.Name, Products: products, Countries: in.Countries,
			OAuth: in.OAuth, URL: in.URL, PrimaryColor: in.PrimaryColor, RoutingNumbers: in.RoutingNumbers, DTCNumbers: in.DTCNumbers,
			InstantAuth: slices.Contains(products, models.ProductAuth),
		})
	}
	return out
}

// readCache reads the cache and when it was written; nil is none.
func (p *Provider) readCache() (list []institution, at time.Time, err error) {
	if p.o.Cache == "" {
		return nil, time.Time{}, nil
	}
	info, err := os.Stat(p.o.Cache)
	if errors.Is(err, os.ErrNotExist) {
		return nil, time.Time{}, nil
	}
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("cache: %w", err)
	}
	text, err := os.ReadFile(p.o.Cache)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("cache: %w", err)
	}
	reply := upstream.Reply{Body: text}
	if reply.JSON(&list) != nil {
		return nil, time.Time{}, nil // cut off, or another file: it is made anew
	}
	return list, info.ModTime(), nil
}

func (p *Provider) writeCache(list []institution) error {
	if p.o.Cache == "" {
		return nil
	}
	text, err := json.Marshal(list)
	if err == nil {
		err = os.WriteFile(p.o.Cache, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	return nil
}
