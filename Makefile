# For developers. Everybody else runs ./demo and ./test.

# The toolchain that go.mod names. Debian's Go does not fetch it unless told to,
# and tools that are run by their version would be built with an older one. The
# Go itself is the one that ./demo and ./test find: Debian's newer ones are on
# nobody's path.
export GOTOOLCHAIN ?= go$(shell sed -n 's/^go //p' go.mod)
go_folder := $(shell bash -c '. scripts/lib.sh && go=$$(find_go) && dirname "$$go"')
ifneq ($(go_folder),)
export PATH := $(go_folder):$(PATH)
endif

golangci_lint = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.DEFAULT_GOAL := help
.PHONY: help build console screenshots test short race lint vuln demo bench fuzz cover

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## the binary, bin/entente
	CGO_ENABLED=0 go build -o bin/entente ./cmd/entente

console: ## the console, for the next build (needs npm)
	scripts/console.sh build

screenshots: console build ## every screen into bin/screenshots, by the tests; docs/console anew, as root
	ENTENTE_BINARY=$(CURDIR)/bin/entente ENTENTE_SHOTS=$(CURDIR)/bin/screenshots go test -count=1 -timeout 40m ./tests/console
	cd docs/console && for f in *.png; do cp -v ../../bin/screenshots/$$f .; done

test: ## everything, as root: the same as ./test
	./test

short: ## what needs no root and no Samba, in seconds
	go test -short ./internal/... ./condition ./directory ./trust ./vpc ./audit ./access ./store/... ./reconcile/... ./service/... ./awsapi/...

race: console ## the tests and the servers that they start under the race detector, as root (needs gcc)
	CI=true CGO_ENABLED=1 go test -race -vet=off -count=1 -p 1 -timeout 90m ./...

lint: ## golangci-lint, pinned; the first run builds it. flake8 and eslint too
	CGO_ENABLED=0 go run $(golangci_lint) run ./...
	scripts/lint-python.sh
	scripts/console.sh lint

vuln: ## known vulnerabilities that reach the program, by govulncheck
	scripts/vuln.sh

demo: ## ./demo
	./demo

bench: console build ## speed and size against stock tools, as root; README=README.md writes the table there
	ENTENTE_BINARY=$(CURDIR)/bin/entente CGO_ENABLED=0 go run ./tests/bench $(if $(README),-readme $(README))

fuzz: ## each fuzz test for FUZZTIME (30s)
	@set -e; go test -list '^Fuzz' ./... | awk '/^Fuzz/ {n[++k]=$$1} /^ok/ {for (i=1;i<=k;i++) print $$2, n[i]; k=0}' | \
	while read -r package name; do \
		echo "$$package $$name"; go test "$$package" -run '^$$' -fuzz "^$$name$$" -fuzztime $(or $(FUZZTIME),30s); \
	done

cover: ## coverage of all packages by all tests, as root: cover.html
	go test -p 2 -timeout 30m -coverpkg=./... -coverprofile=cover.out ./...
	go tool cover -func=cover.out | tail -n 1
	go tool cover -html=cover.out -o cover.html
