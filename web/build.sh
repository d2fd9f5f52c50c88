#!/bin/sh
# Builds the page into web/dist: the engine as WebAssembly, and around it the files that Vite makes.
set -eu
cd "$(dirname "$0")"
command -v npm >/dev/null || { echo "make web needs Node 20.19 or newer with npm" >&2; exit 1; }
go=${GO:-go}

mkdir -p build
GOOS=js GOARCH=wasm $go build "$@" -o build/engine.wasm ../cmd/syncguard-wasm
rm -rf public/profiles
$go run ../cmd/syncguard-wasm public/profiles >build/ready.json
cp "$($go env GOROOT)/lib/wasm/wasm_exec.js" build/wasm_exec.js

npm ci --silent --ignore-scripts
npm run --silent check
npm run --silent build -- --logLevel warn
node compress.mjs
