package institutions

import (
	"fmt"
	"testing"

	"github.com/gingham-dev/gingham/fixtures"
	"github.com/gingham-dev/gingham/models/plaid"
	"github.com/gingham-dev/gingham/models/plaid/wire"
)

func BenchmarkMonogram(b *testing.B) {
	for b.Loop() {
		monogram("gw", "#1f7a5c")
	}
}

func BenchmarkSearch(b *testing.B) {
	set, err := fixtures.Load()
	if err != nil {
		b.Fatal(err)
	}
	g := New(set.Institutions)
	req := &plaid.InstitutionsSearchRequest{
		Query: "platypus", CountryCodes: []string{"US"}, Products: wire.Some([]string{"transactions"}),
	}
	for b.Loop() {
		if _, err := g.search(b.Context(), nil, req); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	set, err := fixtures.Load()
	if err != nil {
		b.Fatal(err)
	}
	g := New(set.Institutions)
	yes := true
	for _, metadata := range []bool{false, true} {
		b.Run(fmt.Sprintf("metadata=%t", metadata), func(b *testing.B) {
			req := &plaid.InstitutionsGetRequest{
				Count: 500, CountryCodes: []string{"US"}, Options: &plaid.InstitutionsGetRequestOptions{},
			}
			if metadata {
				req.Options.IncludeOptionalMetadata = &yes
			}
			for b.Loop() {
				resp, err := g.get(b.Context(), nil, req)
				if err != nil {
					b.Fatal(err)
				}
				resp.AppendJSON(nil)
			}
		})
	}
}
