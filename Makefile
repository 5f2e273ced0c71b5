# Recipes are short: what they run is Go.

GO ?= go

.PHONY: help test bench bench-full compare readme sim golden soak lint ci

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

test: ## all tests, and those of everything concurrent again under the race detector (5 to 12 minutes)
	$(GO) test -timeout 20m ./...
	$(GO) test -timeout 20m -tags model ./check/model
	$(GO) test -timeout 20m -tags sim ./host ./check/conform
	$(GO) test -timeout 20m -tags sim ./bench -run 'Simul|Golden'
	$(GO) test -timeout 20m -tags sim ./bench/validate
	$(GO) test -timeout 20m -tags sim ./designs/gpm -run Near
	$(GO) test -timeout 20m -tags sim ./designs/all -run Conformance
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

sim: ## curves of gm, global and gpm on 1 to 128 simulated CPUs (5 minutes): the digits of results/sim
	$(GO) run ./bench/run -machine server64
	$(GO) run ./bench/run -compare results/sim/server64/curves -readme README.md

golden: ## renew results/sim/golden, whose digits `make test` compares; the commit says why they changed
	$(GO) test -tags sim ./bench -run Golden -write

DESIGN ?= gpm
MINUTES ?= 10

soak: ## everything at random, verified, for MINUTES on DESIGN (default: 10 on gpm)
	$(GO) run ./bench/soak -design $(DESIGN) -minutes $(MINUTES)

BEGIN := $(shell date +%s)

# step says when it begins, in seconds, and what it runs.
step = @printf '%4d s  %s\n' $$(($$(date +%s) - $(BEGIN))) '$(1)'; $(1)

lint: ## gofmt, the tree's own rules, vet and staticcheck in all builds (3 minutes at first, then seconds)
	$(call step,gofmt -l .)
	@test -z "$$(gofmt -l .)" || { echo 'gofmt the files above'; exit 1; }
	$(call step,$(GO) test ./check)
	$(call step,$(GO) vet ./...)
	$(call step,$(GO) vet -tags model ./...)
	$(call step,$(GO) vet -tags sim ./...)
	$(call step,$(GO) tool staticcheck ./...)
	$(call step,$(GO) tool staticcheck -tags model ./...)
	$(call step,$(GO) tool staticcheck -tags sim ./...)
	$(call step,GOOS=darwin $(GO) vet ./...)
	$(call step,GOOS=windows $(GO) vet ./...)
	$(call step,GOOS=linux GOARCH=arm64 $(GO) vet ./...)
	@printf '%4d s  %s\n' $$(($$(date +%s) - $(BEGIN))) 'lint: all is well'

ci: lint test ## what CI runs
