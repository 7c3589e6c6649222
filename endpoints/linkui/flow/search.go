package flow

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gingham-dev/gingham/endpoints/api/linksession"
	"github.com/gingham-dev/gingham/endpoints/api/names"
	"github.com/gingham-dev/gingham/models"
)

const (
	// suggested is how many institutions are shown to who has typed nothing, found is
	// how many a search finds at most.
	suggested, found = 8, 20
	// longestQuery is how much of what was typed is looked at, in bytes.
	longestQuery = 100
)

// clip is a query as it is searched for and told of.
func clip(query string) string {
	query = strings.TrimSpace(query)
	if len(query) > longestQuery {
		query = query[:longestQuery]
	}
	return strings.ToValidUTF8(query, string(utf8.RuneError))
}

// Search finds institutions by what a person typed of their names; with nothing
// typed, it suggests some. It returns linksession.ErrNoSession for a key that leads
// to no session, and nothing where there is none to choose.
func (e *Engine) Search(ctx context.Context, key, query string) ([]*models.Institution, *View, error) {
	w, err := e.load(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	v, err := w.view(ctx)
	if err != nil || v.Pane != PaneInstitution {
		return nil, v, err
	}
	return w.search(clip(query)), v, nil
}

// search finds institutions. Those that lack what the app needs come last.
func (w *walk) search(query string) []*models.Institution {
	folded := names.Fold(query)
	if folded == "" {
		return w.suggest()
	}
	var ranked [2 * names.Ranks][]*models.Institution
	for i := range w.institutions {
		in := &w.institutions[i]
		rank, ok := names.Match(in.folded, folded)
		if !ok || !in.in(w.token) {
			continue
		}
		if !in.Supports(w.token.Products) {
			rank += names.Ranks
		}
		ranked[rank] = append(ranked[rank], in.Institution)
	}
	all := slices.Concat(ranked[:]...)
	return all[:min(len(all), found)]
}

// suggest lists institutions to who has typed nothing: those of the routing number
// that the app knows, and the first that can be linked.
func (w *walk) suggest() []*models.Institution {
	var matched, others []*models.Institution
	for i := range w.institutions {
		in := &w.institutions[i]
		switch {
		case !in.in(w.token) || !in.Supports(w.token.Products):
		case w.matched(in.Institution):
			matched = append(matched, in.Institution)
		case len(others) < suggested && in.Unavailable == "":
			others = append(others, in.Institution)
		}
	}
	all := append(matched, others...)
	return all[:min(len(all), max(suggested, len(matched)))]
}

// offered is an institution that people may choose.
func (w *walk) offered(id models.InstitutionID) (*models.Institution, bool) {
	i := slices.IndexFunc(w.institutions, func(in institution) bool { return in.ID == id })
	if i < 0 || !w.institutions[i].in(w.token) {
		return nil, false
	}
	return w.institutions[i].Institution, true
}

// matched reports whether an institution has the routing number that the app knows.
func (w *walk) matched(in *models.Institution) bool {
	return w.token.RoutingNumber != "" && slices.Contains(in.RoutingNumbers, w.token.RoutingNumber)
}

// in reports whether the institution is in a country of the token's.
func (in *institution) in(t *linksession.Token) bool {
	return slices.ContainsFunc(in.Countries, func(c string) bool { return slices.Contains(t.Countries, c) })
}
