# Recipes are short; what they run is Go.

GO ?= go

.PHONY: help test bench bench-full compare readme soak lint ci

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

test: ## all tests, and those of everything concurrent again under the race detector (5 to 12 minutes)
	$(GO) test -timeout 20m ./...
	$(GO) test -timeout 20m -tags model ./check/model
	$(GO) test -timeout 20m -race ./...

bench: ## compare gm, global, gpm and native on every workload (7 minutes); replaces results/MACHINE/quick
	$(GO) run ./bench/run

bench-full: ## the whole matrix: all designs and variants, large sizes (hours)
	$(GO) run ./bench/run -full

compare: DIR ?= newest
compare: ## print the comparison of DIR: a folder, or the newest of a name (default: the newest of all)
	$(GO) run ./bench/run -compare $(DIR)

readme: DIR ?= quick
readme: ## put the main tables of DIR into README.md (default: of the newest quick comparison)
	$(GO) run ./bench/run -compare $(DIR) -readme README.md

DESIGN ?= gpm
MINUTES ?= 10

soak: ## everything at random, verified, for MINUTES on DESIGN (default: 10 on gpm)
	$(GO) run ./bench/soak -design $(DESIGN) -minutes $(MINUTES)

lint: ## gofmt, vet, and that everything compiles on the other systems
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'gofmt the files above'; exit 1; }
	$(GO) vet ./...
	$(GO) vet -tags model ./...
	GOOS=darwin $(GO) vet ./...
	GOOS=windows $(GO) vet ./...
	GOOS=linux GOARCH=arm64 $(GO) vet ./...

ci: lint test ## what CI runs
