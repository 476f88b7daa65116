# usercall: `make run` to see it, `make test` before you push.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
TOOL := go tool -modfile=tools/go.mod
# SQLite is C that was translated: it holds no races of ours, and looking for them
# there takes most of the time of the tests of the store.
RACE := -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc=-race=false

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1|\2/' | column -t -s '|'

.PHONY: run
run: build ## Build everything and start the demo on 127.0.0.1:8080
	@exec bin/usercall demo $(ARGS)

.PHONY: build
build: assets ## Build bin/usercall with everything in it
	@go build -o bin/usercall ./cmd/usercall

.PHONY: assets
assets: node_modules/.installed ## Build the SDK, the pages' scripts and styles, and the demo's page
	@go -C tools run ./build ..

node_modules/.installed: package.json package-lock.json
	@npm ci --ignore-scripts --silent
	@touch $@

.PHONY: deps
deps: ## Install what the tests need, where apt may: Chromium, PostgreSQL, a C compiler
	@scripts/deps.sh

.PHONY: check
check: assets ## Vet, staticcheck and the types, without the tests
	@go vet ./...
	@$(TOOL) staticcheck ./...
	@npx --no-install tsc --noEmit

.PHONY: test
test: deps build check ## Everything: checks, and all tests with -race on both databases
	@go -C tools run ./build -test ..
	@$(TOOL) gotestsum --format pkgname --hide-summary=skipped -- $(RACE) -timeout 30m ./...

.PHONY: bench
bench: build ## Measure, and print what docs/benchmarks.md holds
	@go run ./bench
	@go run ./bench/voice

.PHONY: fmt
fmt: ## Format the Go code
	@gofmt -w $$(git ls-files '*.go')

.PHONY: clean
clean: ## Remove what was built; data/ stays
	@rm -rf bin node_modules sdk/dist/* sdk/segmentjs/dist/* examples/northdesk/dist/* internal/web/assets/dist/*
