# Everything that CI does, and what a developer needs. Go and make are enough: tools come from
# the module proxy through internal/tools, pinned.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Stored builds carry no paths and no version control state, and share cache entries with
# the distribution, which is built with the same flags.
export GOFLAGS := $(filter-out -buildvcs=% -trimpath,$(GOFLAGS)) -buildvcs=false -trimpath

BINARY := _build/otelcol-finops
GATEWAY := _build_gateway/otelcol-finops-gateway
TOOL := go tool -modfile=internal/tools/go.mod
PROMETHEUS := $(CURDIR)/.tools/prometheus $(CURDIR)/.tools/promtool

# Modules beside the root's, so that what they need reaches no user of the components.
OTHER_MODULES := test/e2e bench

# The race detector needs a C compiler; without one the tests run unraced, and CI refuses that.
RACE := $(if $(shell command -v $$(go env CC)),-race)
FUZZTIME ?= 5s

.PHONY: help
help: ## Print this help
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Build

.PHONY: build
build: ## Build the collector into _build/otelcol-finops
	@internal/tools/build-distribution.sh builder-config.yaml _build otelcol-finops

.PHONY: gateway
gateway: ## Build the gateway collector into _build_gateway/otelcol-finops-gateway
	@internal/tools/build-distribution.sh builder-config-gateway.yaml _build_gateway otelcol-finops-gateway

.PHONY: finops
finops: ## Build the command into _build/finops
	@CGO_ENABLED=0 go build -o _build/finops ./cmd/finops

.PHONY: demo
demo: build ## Replay captured GenAI traffic through the collector and print what it cost
	@CGO_ENABLED=0 go run ./test/demo -collector $(BINARY)

.PHONY: attribution-demo
attribution-demo: build ## Replay the company of examples/attribution and print who pays what
	@CGO_ENABLED=0 go run ./test/attribution -collector $(BINARY)

.PHONY: reconcile-demo
reconcile-demo: build finops ## Simulate a month of calls and bills, inject faults, check that finops reconcile names each to the cent, and close the month
	@CGO_ENABLED=0 go run ./test/reconcile -collector $(BINARY) -finops _build/finops

.PHONY: accuracy
accuracy: build ## Compare the collector's prices with what was billed, by instrumentation; writes docs/accuracy.md
	@CGO_ENABLED=0 go run ./test/accuracy -collector $(BINARY)

.PHONY: interop
interop: build ## Run published instrumentations against a mock provider and judge their prices; writes docs/interop.md
	@CGO_ENABLED=0 go -C test/interop run . -collector $(CURDIR)/$(BINARY) -page $(CURDIR)/docs/interop.md

## Check

.PHONY: test
test: ## Run everything that CI runs
	@for step in lint check-generated test-unit price-lists fuzz-smoke e2e; do \
		echo "=== $$step"; before=$$SECONDS; \
		$(MAKE) --no-print-directory $$step; \
		echo "=== $$step: ok after $$((SECONDS - before)) s"; \
	done

.PHONY: test-unit
test-unit: ## Run the unit tests, with the race detector
ifeq ($(RACE),)
	@echo "no C compiler found: running without the race detector" >&2; test -z "$(REQUIRE_RACE)"
endif
	go test $(RACE) -timeout 15m ./...
	cd bench && go test -timeout 15m ./...

# What the registries or their clients do not give is skipped, and said so; what they give must be read.
.PHONY: price-lists
price-lists: ## Import whole published price lists and compare with their engines (needs Python 3 with pip, and npm)
	PRICE_LISTS=fetch go test -count=1 -timeout 15m -run Public -v ./internal/pricing/importer

.PHONY: fuzz-smoke
fuzz-smoke: ## Run each fuzz test for FUZZTIME (default 5s)
	@go list -f '{{.ImportPath}} {{.Dir}}' ./... | while read -r package dir; do \
		for fuzz in $$(cat "$$dir"/*_test.go 2>/dev/null | sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p'); do \
			echo "fuzz $${package#github.com/otelcol-finops/otelcol-finops/} $$fuzz"; \
			go test -run '^$$' -fuzz "^$$fuzz\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$$package" </dev/null; \
		done; \
	done

.PHONY: e2e
e2e: build $(PROMETHEUS) ## Run the end-to-end tests: the built collector and a real Prometheus
	cd test/e2e && go test -count=1 -timeout 15m ./...

# The two share nearly all packages: the second is built in seconds.
$(PROMETHEUS): $(CURDIR)/.tools/%: internal/tools/prometheus/go.mod
	@echo "building $* for the end-to-end tests (about 4 minutes for the first when nothing is cached)"
	@mkdir -p $(@D)
	@cd internal/tools/prometheus && CGO_ENABLED=0 go build -tags remove_all_sd -o $@ github.com/prometheus/prometheus/cmd/$*
	@touch $@

.PHONY: lint
lint: ## Run golangci-lint
	$(TOOL) golangci-lint run --timeout 20m ./...
	@for module in $(OTHER_MODULES); do \
		echo "golangci-lint in $$module"; \
		(cd $$module && go tool -modfile=$(CURDIR)/internal/tools/go.mod golangci-lint run --timeout 20m --config $(CURDIR)/.golangci.yml ./...); \
	done

.PHONY: vulncheck
vulncheck: ## Look for known vulnerabilities in what we call
	$(TOOL) govulncheck ./...

## Change

.PHONY: generate
generate: ## Regenerate what metadata.yaml files and go:generate lines describe
	go generate ./...

# Compares against what is on disk and not against the index, so that it works outside of git too.
.PHONY: check-generated
check-generated: ## Fail if generated code is out of date
	@before=$$(mktemp -d); trap 'rm -rf "$$before"' EXIT; \
	tar -cf "$$before/tree.tar" $(GENERATED_TREES); \
	go generate ./...; \
	mkdir "$$before/tree"; tar -xf "$$before/tree.tar" -C "$$before/tree"; \
	for tree in $(GENERATED_TREES); do \
		diff -ru "$$before/tree/$$tree" "$$tree" || { echo "generated code is out of date: run make generate and commit the result" >&2; exit 1; }; \
	done

GENERATED_TREES := $(wildcard connector exporter extension processor receiver internal docs)

.PHONY: catalog
catalog: ## Build the builtin price catalog anew from the public lists (needs Python 3 with pip)
	go run ./cmd/finops catalog build --output internal/pricing/catalog/data
	go generate ./internal/pricing/catalog

.PHONY: fmt
fmt: ## Format all Go code
	$(TOOL) gofumpt -l -w .

.PHONY: bench
bench: build ## Measure against transform and a hand-written floor (about 25 minutes); writes docs/performance.md
	cd bench && go run ./cmd/finops-bench

.PHONY: clean
clean: ## Remove what was built
	rm -rf _build _build_gateway .tools
