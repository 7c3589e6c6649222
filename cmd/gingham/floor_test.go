package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/gingham-dev/gingham"

// rooms are the packages of the house and what each may import of the others,
// the longest match counting. "/..." stands for what lies below too. The standard library and
// other modules are the linter's business.
var rooms = []struct {
	room string
	may  []string
}{
	{"cmd/gingham", []string{"..."}},
	{"cmd/bench", []string{"..."}},
	{"cmd/modelgen", nil},
	{"server", everythingBelow},
	{"ginghamtest", append([]string{"server"}, everythingBelow...)},
	{"clock", nil},
	{"endpoints", []string{"endpoints/api/...", "ledger", "webhooks", "providers", "store", "clock", "models/..."}},
	{"endpoints/statements", []string{"endpoints/api/...", "ledger", "documents", "store", "models/..."}},
	{"endpoints/assetreport", []string{"endpoints/api/...", "ledger/...", "documents", "webhooks", "providers", "store", "models/..."}},
	{"endpoints/linkui", []string{"endpoints/linkui/flow", "endpoints/api/...", "ledger", "webhooks", "providers", "store", "clock", "models/..."}},
	{"endpoints/api", []string{"endpoints/api/...", "store", "models/..."}},
	{"endpoints/api/apitest", []string{"..."}}, // the harness of the groups' tests
	{"ledger", []string{"ledger/vault", "providers", "webhooks", "store", "models/..."}},
	{"ledger/vault", []string{"models"}},
	{"webhooks", []string{"store", "models/..."}},
	{"providers", []string{"providers", "providers/upstream", "models"}}, // adapters are as this
	{"providers/sandbox", []string{"providers", "fixtures", "models"}},
	{"providers/providertest", []string{"..."}}, // the harness of adapters' tests
	{"providers/files", []string{"providers", "providers/files/...", "models"}},
	{"documents", []string{"documents/...", "models"}},
	{"store", []string{"models"}},
	{"store/storetest", []string{"store/...", "models"}},
	{"store/sqlite", []string{"store", "store/blockcodec", "models"}},
	{"store/mongo", []string{"store", "store/blockcodec", "models"}},
	{"store/mongo/mongotest", nil},
	{"store/blockcodec", []string{"store"}},
	{"fixtures", []string{"models"}},
	{"enrich", []string{"fixtures", "models"}},
	{"models", nil},
	{"models/plaid", []string{"models", "models/plaid/wire"}},
	{"models/plaid/wire", nil},
	{"models/gingham", []string{"models", "models/plaid/wire"}},
	{"models/plaiderr", []string{"models", "models/plaid/wire"}},
}

// everythingBelow is every room that a server is put together out of.
var everythingBelow = []string{
	"endpoints/...", "ledger/...", "documents", "webhooks", "providers/...", "store/...", "fixtures", "enrich", "clock", "models/...",
}

// TestFloorPlan checks that every package imports only the rooms it may.
func TestFloorPlan(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Name", module+"/...")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	packages := 0
	dec := json.NewDecoder(out)
	for {
		var p struct {
			ImportPath, Name string
			Imports          []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		packages++
		checkImports(t, strings.TrimPrefix(p.ImportPath, module+"/"), p.Imports)
		switch p.Name {
		case "util", "utils", "common", "helpers", "misc":
			t.Errorf("%s: a package is named for its one purpose", p.ImportPath)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if packages < len(rooms)/2 {
		t.Errorf("only %d packages were checked", packages)
	}
}

func checkImports(t *testing.T, from string, imports []string) {
	t.Helper()
	may, ok := allowed(from)
	if !ok {
		t.Errorf("%s is in no room of the plan", from)
		return
	}
	for _, path := range imports {
		to, ours := strings.CutPrefix(path, module+"/")
		if ours && !matches(may, to) {
			t.Errorf("%s may not import %s", from, to)
		}
	}
}

// allowed finds the room that a package is, or lies in.
func allowed(pkg string) ([]string, bool) {
	best, found := -1, false
	for i, r := range rooms {
		in := pkg == r.room || strings.HasPrefix(pkg, r.room+"/")
		if in && (best < 0 || len(r.room) > len(rooms[best].room)) {
			best, found = i, true
		}
	}
	if !found {
		return nil, false
	}
	return rooms[best].may, true
}

func matches(patterns []string, pkg string) bool {
	for _, p := range patterns {
		if tree, ok := strings.CutSuffix(p, "..."); ok {
			if strings.HasPrefix(pkg+"/", tree) {
				return true
			}
		} else if pkg == p {
			return true
		}
	}
	return false
}
