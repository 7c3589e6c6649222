# The everyday commands. `make run` and `make test` need only Go.
GOLANGCI_LINT = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
DEADCODE      = golang.org/x/tools/cmd/deadcode@v0.52.0

.PHONY: run test check lint generated deadcode bench conformance isolation fuzz-http chaos-kill-sync chaos-kill chaos-upstream multi mongo-test-server

run: ## serve on the embedded store, with a client and a curl line to try
	go run ./cmd/gingham serve

test: ## every test that needs only Go (GOTESTFLAGS= adds flags)
	go test -race -shuffle=on $(GOTESTFLAGS) ./...

check: generated lint deadcode ## all that must hold besides the tests

lint:
	go run $(GOLANGCI_LINT) run ./...

generated: ## generated files are what the generator makes
	go run ./cmd/modelgen -check -dir models/plaid
	go run ./cmd/modelgen -check -dir models/gingham -spec models/gingham/openapi.yaml

deadcode: ## nothing that nobody calls
	@out=$$(go run $(DEADCODE) -test ./...) && test -z "$$out" || { echo "$$out"; exit 1; }

bench: ## the measured ratios of docs/performance.md
	go run ./cmd/bench

mongo-test-server: ## fetch the in-memory MongoDB server that the store's tests use (needs Java and Maven)
	mvn -q -f store/mongo/testserver/pom.xml dependency:copy-dependencies -DoutputDirectory=target/lib
	javac -d store/mongo/testserver/target/classes -cp 'store/mongo/testserver/target/lib/*' store/mongo/testserver/Main.java

conformance: ## plaid-go's own suite, and our tests on top, on SQLite
	cd conformance && go run ./run && go test -shuffle=on -count=1 ./...

FUZZ_BODIES ?= 100000
FUZZ_TIME   ?= 60s
KILLS       ?= 50

isolation: ## every route with every wrong token, id and credential
	go test -race -count=1 -run 'TestIsolation|TestUnlistedRoute' -v ./cmd/gingham

fuzz-http: ## FUZZ_BODIES malformed bodies, then the native fuzzer for FUZZ_TIME
	go test -count=1 -timeout 60m -run 'TestMalformedBodies|TestJudge' -v ./cmd/gingham -fuzz-bodies $(FUZZ_BODIES)
	go test -run '^$$' -fuzz FuzzBody -fuzztime $(FUZZ_TIME) -fuzzminimizetime 1s ./cmd/gingham

chaos-kill-sync: ## kill -9 KILLS times under load: nothing acknowledged is missing
	GINGHAM_KILLS=$(KILLS) go test -count=1 -timeout 60m -run 'TestProcess/(killed|loss_is_seen)' -v ./cmd/gingham

# On SQLite unless CHAOS_STORE is "mongodb" (the server of mongo-test-server, or of
# MONGODB_URI) or a mongodb:// URL.
chaos-kill: ## kill -9 CYCLES times under load: every acknowledged change is told of by webhook
	GINGHAM_CYCLES=$(or $(CYCLES),$(if $(CHAOS_STORE),50,200)) GINGHAM_CHAOS_STORE='$(CHAOS_STORE)' \
		go test -count=1 -timeout 60m -run 'TestChaosKill|TestReckon|TestBooks' -v ./cmd/gingham

chaos-upstream: ## FAULTS faults between the ledger and an upstream: nothing doubled, nothing missing
	GINGHAM_UPSTREAM_FAULTS=$(or $(FAULTS),5000) go test -count=1 -timeout 30m -run 'TestChaosUpstream' -v ./ledger

multi: ## three instances on one MongoDB: nothing is done twice, and what a killed one leaves is taken over
	GINGHAM_MULTI=1 go test -count=1 -timeout 10m -run 'TestMulti|TestHistory' -v ./cmd/gingham
