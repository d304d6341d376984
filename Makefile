# `make` alone lists the targets.
GO ?= go
FUZZTIME ?= 60s

.PHONY: help check fmt vet test tidy fuzz bench examples

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

check: fmt vet tidy test ## what CI runs: formatting, vet, staticcheck, tidy modules, all tests under the race detector

fmt:
	@out=$$(gofmt -l .); if [ -n "$$out" ]; then echo "gofmt would change:"; echo "$$out"; exit 1; fi

vet:
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

tidy:
	@$(GO) mod tidy -diff || { echo "run: go mod tidy"; exit 1; }

test:
	$(GO) test -race ./...

fuzz: ## run every fuzzer for FUZZTIME (60s)
	@for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "== $$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$pkg || exit 1; \
	  done; done

bench: ## run every benchmark once, with allocations
	$(GO) test -run '^$$' -bench . -benchmem ./...
