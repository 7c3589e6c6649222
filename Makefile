# The everyday commands. `make run` and `make test` need only Go.
GOLANGCI_LINT = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
DEADCODE      = golang.org/x/tools/cmd/deadcode@v0.52.0

.PHONY: run test check lint generated deadcode bench conformance fuzz-http isolation chaos-sync mongo-test-server

run: ## serve on the embedded store, with a client and a curl line to try
	go run ./cmd/gingham serve

test: ## every test that needs only Go
	go test -race -shuffle=on ./...

check: generated lint deadcode ## all that must hold besides the tests

lint:
	go run $(GOLANGCI_LINT) run ./...

generated: ## generated files are what the generator makes
	go run ./cmd/modelgen -check

deadcode: ## nothing that nobody calls
	@out=$$(go run $(DEADCODE) -test ./...) && test -z "$$out" || { echo "$$out"; exit 1; }

bench: ## the measured ratios of docs/performance.md
	go run ./cmd/bench

mongo-test-server: ## fetch the in-memory MongoDB server that the store's tests use (needs Java and Maven)
	mvn -q -f store/mongo/testserver/pom.xml dependency:copy-dependencies -DoutputDirectory=target/lib
	javac -d store/mongo/testserver/target/classes -cp 'store/mongo/testserver/target/lib/*' store/mongo/testserver/Main.java
