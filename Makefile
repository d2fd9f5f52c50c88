# make run     builds the signed prevention profiles into dist/
# make test    runs the tests
GO          ?= go
VERSION     ?= devel
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2

# The sources of "make generate" and their versions: checkouts of apple/device-management and, if wanted, of
# ProfileManifests; NEWER is a folder of Apple's shape whose facts win, SEED one of a release in between.
APPLE             ?=
APPLE_VERSION     ?= 18.1
SEED              ?= $(wildcard $(NEWER)/../apple-27-seed1)
SEED_VERSION      ?= 1548d422768fe7a125e4a6f30ee0cb121a0cc333
NEWER             ?=
MANIFESTS         ?=
MANIFESTS_VERSION ?= 2026-08

export CGO_ENABLED = 0
BUILD = $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION)'

.PHONY: build run test e2e bench lint generate fuzz clean

build: ## the binary, bin/syncguard
	$(BUILD) -o bin/syncguard ./cmd/syncguard

run: build ## build and sign the prevention profiles into dist/
	bin/syncguard build -o dist

test: ## every test that needs nothing but Go
	$(GO) vet ./...
	GOOS=js GOARCH=wasm $(GO) build ./internal/app/...
	$(GO) test ./...

e2e: build ## compare with independent programs, which it installs
	GO=$(GO) GOBIN=$(CURDIR)/bin internal/e2e/install.sh
	CGO_ENABLED=1 $(GO) build -trimpath -tags pkcs11 -o bin/syncguard-pkcs11 ./cmd/syncguard
	SYNCGUARD_BINARY=$(CURDIR)/bin/syncguard SYNCGUARD_PKCS11=$(CURDIR)/bin/syncguard-pkcs11 SYNCGUARD_NANOMDM=$(CURDIR)/bin/nanomdm \
		SYNCGUARD_KMFDDM=$(CURDIR)/bin/kmfddm \
		SYNCGUARD_SARIF=$(CURDIR)/bin/sarif/package SYNCGUARD_REQUIRE_TOOLS=1 \
		$(GO) test -count=1 -timeout 20m -tags e2e ./internal/e2e ./internal/cms ./internal/identity ./internal/plist ./internal/view ./internal/view/ci ./internal/serve

bench: ## ratios, side by side in one run
	$(GO) test -run '^$$' -bench . -benchmem ./...

lint: ## gofmt, vet, staticcheck
	@test -z "$$(gofmt -l cmd internal profiles templates)" || { gofmt -l cmd internal profiles templates; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

generate: ## rebuild the schema catalog: make generate APPLE=DIR NEWER=DIR MANIFESTS=DIR
	$(if $(APPLE),,$(error generate needs APPLE=DIR, a checkout of apple/device-management))
	$(GO) run ./internal/schema/generate -apple "$(APPLE)" -apple-version "$(APPLE_VERSION)" -newer "$(NEWER)" \
		-seed "$(SEED)" -seed-version "$(SEED_VERSION)" \
		-manifests "$(MANIFESTS)" -manifests-version "$(MANIFESTS_VERSION)" -out internal/schema/catalog

fuzz: ## each fuzz target for a minute
	@for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime 1m -fuzzminimizetime 10x $$package || exit 1; \
		done; \
	done

clean:
	rm -rf bin dist
