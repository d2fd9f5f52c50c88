#!/bin/sh
# Checks, tests, bundles and packages the extension into bin/syncguard.vsix. "make editors" runs it.
# A Node that is too old for the packager is no obstacle: the packages of npm have a newer one.
set -eu
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
bin=$root/bin

command -v npm >/dev/null 2>&1 || { echo "editors: npm is missing; install Node.js 22 or newer from nodejs.org or your system's packages" >&2; exit 1; }
enough='process.exit(process.versions.node.split(".")[0] >= 22 ? 0 : 1)'
if ! node -e "$enough" 2>/dev/null; then
	echo "editors: the packager needs Node 22, and this is $(node --version 2>/dev/null || echo none); Node 24.21.0 from npm is used instead" >&2
	node=$bin/node
	mkdir -p "$node"
	"$node/node_modules/.bin/node" -e "$enough" 2>/dev/null ||
		npm install --silent --no-audit --no-fund --prefix "$node" node@24.21.0 >/dev/null
	PATH=$node/node_modules/.bin:$PATH
	export PATH
	node -e "$enough" || { echo "editors: Node 24.21.0 from npm does not run here; install Node.js 22 or newer" >&2; exit 1; }
fi

npm ci --silent --no-audit --no-fund --ignore-scripts
npm run --silent check
npm run --silent test
rm -rf dist schemas
mkdir schemas
"$bin/syncguard" schema json-schema template >schemas/template.json
npm run --silent bundle

# The same sources give the same bytes: files get the time of the last commit.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 315532800)}
export SOURCE_DATE_EPOCH
node_modules/.bin/vsce package --no-dependencies --allow-missing-repository --no-rewrite-relative-links --skip-license -o "$bin/syncguard.vsix" >out/package.log 2>&1 ||
	{ cat out/package.log >&2; exit 1; }
echo "bin/syncguard.vsix: code --install-extension bin/syncguard.vsix"
