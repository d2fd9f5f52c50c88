#!/bin/sh
# Draws icon.png from icon.svg, by Chromium.
set -eu
cd "$(dirname "$0")"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync \
	--user-data-dir="$profile" --default-background-color=00000000 --window-size=256,256 --screenshot="$PWD/icon.png" "file://$PWD/icon.svg" 2>/dev/null
