# How to run, check and test Moot. Everything works on a machine that has Go
# and make; `make test` installs what else the tests need.

.PHONY: help run demo build check test tools cluster nightly bench shots look clean

help: ## this list
	@awk -F ' *## *' '/^[a-z]+:.*##/ { sub(/:.*/, "", $$1); printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: ## the site, at http://127.0.0.1:8080
	go run ./cmd/moot serve

demo: ## the same with a handful of boards that people talk on
	go run ./cmd/moot demo

build: ## bin/moot, one file without dependencies
	CGO_ENABLED=0 go build -trimpath -o bin/moot ./cmd/moot

check: ## quick: format, vet, staticcheck, the Go tests on SQLite
	@scripts/check
	@go test ./...

test: tools ## all tests: both databases, a browser, accessibility, HTML
	@scripts/test

tools: ## install what the tests need, where it is missing
	@scripts/tools

cluster: ## a site on many machines, on this one, to look at (as root)
	@scripts/cluster

nightly: tools ## all that takes long: faults, races, looks, fuzz targets (FUZZTIME=10m each)
	@scripts/nightly

bench: ## every benchmark (scripts/bench -bench Reading ./bench: one of them)
	@scripts/bench

shots: tools ## the pictures of the README, from the demo
	@PATH="$$PWD/.cache/node-bin:$$PATH" node browser/shots.mjs

look: tools ## every kind of page, every width and theme, into browser/shots
	@PATH="$$PWD/.cache/node-bin:$$PATH" node browser/shots.mjs all

clean: ## what these commands left behind
	rm -rf bin .cache browser/shots browser/node_modules
