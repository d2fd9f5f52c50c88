# make run     builds signed profiles that keep iCloud syncing into dist/
# make test    runs the tests
GO          ?= go
VERSION     ?= devel
STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2

# The address of the published folder docs/rules, for links to rules; none without it.
RULES_URL   ?=

# Checkouts for "make generate", at the commits in internal/schema/sources/checkouts.csv.
APPLE     ?=
MANIFESTS ?=
# The files of APPLE for "make facts"; all without it.
FILES     ?=

# The Go tests of "make e2e", as for "go test -run"; all without it.
RUN       ?=

export CGO_ENABLED = 0
BUILD = $(GO) build -trimpath -ldflags '-s -w -X main.version=$(VERSION) -X syncguard/internal/rules.Published=$(RULES_URL)'

.PHONY: web web-test web-twice build run test e2e editors soak bench lint generate facts fuzz clean

build: ## the binary, bin/syncguard
	$(BUILD) -o bin/syncguard ./cmd/syncguard

run: build ## build and sign the profiles that keep iCloud syncing into dist/
	bin/syncguard build builtin:prevention -o dist

test: ## every test that needs nothing but Go
	$(GO) vet ./...
	GOOS=js GOARCH=wasm $(GO) build ./internal/app/... ./cmd/syncguard-wasm
	$(GO) test ./...

e2e: build ## compare with independent programs, which it installs
	GO=$(GO) GOBIN=$(CURDIR)/bin internal/e2e/install.sh
	editors/vscode/build.sh
	CGO_ENABLED=1 $(GO) build -trimpath -tags pkcs11 -o bin/syncguard-pkcs11 ./cmd/syncguard
	SYNCGUARD_BINARY=$(CURDIR)/bin/syncguard SYNCGUARD_PKCS11=$(CURDIR)/bin/syncguard-pkcs11 SYNCGUARD_NANOMDM=$(CURDIR)/bin/nanomdm \
		SYNCGUARD_KMFDDM=$(CURDIR)/bin/kmfddm \
		SYNCGUARD_SARIF=$(CURDIR)/bin/sarif/package SYNCGUARD_AXE=$(CURDIR)/bin/axe/package/axe.min.js SYNCGUARD_INSPECTOR=$(CURDIR)/bin/mcp-inspector \
		SYNCGUARD_CODE_SERVER=$(CURDIR)/bin/code-server SYNCGUARD_VSCODE=$(CURDIR)/bin/vscode SYNCGUARD_VSIX=$(CURDIR)/bin/syncguard.vsix SYNCGUARD_REQUIRE_TOOLS=1 \
		$(GO) test -count=1 -timeout 30m -tags e2e -run '$(RUN)' ./internal/e2e ./internal/cms ./internal/identity ./internal/plist ./internal/view ./internal/view/ci ./internal/serve

editors: build ## the extension for VS Code, bin/syncguard.vsix; needs Node
	editors/vscode/build.sh

soak: ## hostile input at large sizes, for every command: growth of all blocks of code run, memory, and hostile texts; every form of the page
	$(GO) test -count=1 -timeout 60m -tags soak -run 'TestSoak' ./internal/cli
	SYNCGUARD_SOAK=11 $(GO) test -count=1 -timeout 60m -run 'TestHostileTexts' ./internal/cli
	$(GO) test -count=1 -run 'TestTheFirstSignal|TestTheSecondSignal' ./internal/cli
	$(GO) test -count=1 -run 'TestAnIdleCrowd|TestOneAddress|TestOnlyWhatIsReceived' ./internal/serve
	$(GO) test -count=1 -run 'TestEndlessLists|TestCopiesAreBounded' ./internal/deploy
	$(GO) test -count=1 -run 'TestPKCS12' ./internal/identity
	SYNCGUARD_EDITS=100000 $(GO) test -count=1 -timeout 120m -run 'TestRandomEdits' ./internal/lsp
	$(MAKE) web
	cd web && SYNCGUARD_SOAK=1 node --test test/forms.test.mjs test/lookup.test.mjs test/hostile.test.mjs

bench: ## ratios, side by side in one run
	$(GO) test -run '^$$' -bench . -benchmem ./...

# The engine without inlining, a fifth smaller. The packages named are inlined: they take the time of a check (docs/web.md).
ENGINE = -trimpath -buildvcs=false -gcflags=all=-l -gcflags=runtime= -gcflags=internal/runtime/...= -gcflags=syncguard/internal/plist= \
	-ldflags '-s -w -X main.version=$(VERSION) -X syncguard/internal/rules.Published=$(RULES_URL)'

web: ## the page, web/dist, and bin/syncguard with it; needs Node
	GO=$(GO) VERSION=$(VERSION) web/build.sh $(ENGINE)
	$(BUILD) -tags page -o bin/syncguard ./cmd/syncguard

web-test: web ## drive the page in Chromium, and compare it with the program
	npm --prefix web test

web-twice: ## build the page in two places, and compare every byte
	GO=$(GO) VERSION=$(VERSION) web/twice.sh $(ENGINE)

lint: ## gofmt, vet, staticcheck
	@test -z "$$(gofmt -l cmd internal profiles templates)" || { gofmt -l cmd internal profiles templates; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

generate: ## rebuild the schema catalog: make generate APPLE=DIR MANIFESTS=DIR
	@$(GO) run ./internal/schema/generate -apple "$(APPLE)" -manifests "$(MANIFESTS)"

facts: ## write the facts of a newer Apple release into internal/schema/sources: make facts APPLE=DIR [FILES=...]
	@$(GO) run ./internal/schema/generate -facts -apple "$(APPLE)" $(FILES)

fuzz: ## each fuzz target for a minute
	@for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime 1m -fuzzminimizetime 10x $$package || exit 1; \
		done; \
	done

clean:
	rm -rf bin dist
