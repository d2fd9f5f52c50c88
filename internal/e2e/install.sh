#!/bin/sh
# Installs the independent programs that the end-to-end tests compare with: openssl, xmllint, plistutil, python3, yq, git, Chromium, zbarimg, curl, ps, NSS and Java for their key stores, SoftHSM
# with the tools of OpenSC, Neovim, compilers of C and C++, libcrypto, and into bin/ the servers NanoMDM and KMFDDM, Microsoft's SARIF
# Multitool, which has the schema of SARIF with it, axe, which checks the accessibility of pages, and, in the versions of the lock files
# beside this one and with a Node that they run on, the inspector of the Model Context Protocol and VS Code in a browser (code-server)
# with the library that drives it.
set -eu

missing=""
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need openssl openssl
need xmllint libxml2-utils
need plistutil libplist-utils
need python3 python3
need yq yq
need git git
need npm npm
need softhsm2-util softhsm2
need pkcs11-tool opensc
need gcc "gcc libc6-dev"
need g++ g++
need make make
echo '#include <openssl/cms.h>' | gcc -E - >/dev/null 2>&1 || missing="$missing libssl-dev"
need chromium chromium
need zbarimg zbar-tools
need curl curl
need ps procps
need certutil libnss3-tools
need pk12util libnss3-tools
need keytool default-jre-headless
need nvim neovim

if [ -n "$missing" ]; then
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "e2e: missing:$missing (Debian's names); install them and run again" >&2
		exit 1
	fi
	sudo=""
	[ "$(id -u)" = 0 ] || sudo=sudo
	$sudo apt-get update -qq
	# shellcheck disable=SC2086 # one word a package
	DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

GOBIN=${GOBIN:-$PWD/bin} ${GO:-go} install -trimpath github.com/micromdm/nanomdm/cmd/nanomdm@v0.9.0
GOBIN=${GOBIN:-$PWD/bin} ${GO:-go} install -trimpath github.com/jessepeterson/kmfddm/cmd/kmfddm@v0.8.3

sarif=$GOBIN/sarif
if [ ! -x "$sarif/package/Sarif.Multitool" ]; then
	case $(uname -s) in
	Darwin) system=darwin ;;
	*) system=linux ;;
	esac
	mkdir -p "$sarif"
	(cd "$sarif" && npm pack --silent "@microsoft/sarif-multitool-$system@5.7.0" >/dev/null && tar -xzf ./*.tgz && rm ./*.tgz)
	chmod +x "$sarif/package/Sarif.Multitool"
fi

axe=$GOBIN/axe
if [ ! -f "$axe/package/axe.min.js" ]; then
	mkdir -p "$axe"
	(cd "$axe" && npm pack --silent axe-core@4.14.1 >/dev/null && tar -xzf ./*.tgz && rm ./*.tgz)
fi

# Node 24: the machine's own, or the one that comes as a package.
node24() {
	node=$(command -v node)
	if ! "$node" -e 'process.exit(process.versions.node.startsWith("24.") ? 0 : 1)'; then
		node=$GOBIN/node/node_modules/.bin/node
		[ -x "$node" ] || npm install --silent --no-audit --no-fund --prefix "$GOBIN/node" node@24.21.0 >/dev/null
	fi
	echo "$node"
}

inspector=$GOBIN/inspector
if [ ! -x "$GOBIN/mcp-inspector" ]; then
	mkdir -p "$inspector"
	cp internal/e2e/inspector/package.json internal/e2e/inspector/package-lock.json "$inspector"
	# npm ci refuses the lock file: an optional package, for Windows alone, cannot be had.
	(cd "$inspector" && npm install --no-save --silent --ignore-scripts --no-audit --no-fund >/dev/null)
	node=$(node24)
	printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$node" "$inspector/node_modules/.bin/mcp-inspector" >"$GOBIN/mcp-inspector"
	chmod +x "$GOBIN/mcp-inspector"
fi

# Of the native parts of VS Code only these two have to be built, and they need no library: the others come built, or are for Kerberos and Windows.
vscode=$GOBIN/vscode
if [ ! -x "$GOBIN/code-server" ] || ! cmp -s internal/e2e/vscode/package-lock.json "$vscode/package-lock.json"; then
	rm -rf "$vscode" "$GOBIN/code-server"
	mkdir -p "$vscode"
	cp internal/e2e/vscode/package.json internal/e2e/vscode/package-lock.json "$vscode"
	node=$(node24)
	(
		PATH=$(dirname "$("$node" -p process.execPath)"):$PATH
		cd "$vscode"
		npm ci --silent --ignore-scripts --no-audit --no-fund >/dev/null
		cd node_modules/code-server/lib/vscode
		npm install --no-save --silent --omit=dev --ignore-scripts --no-audit --no-fund >/dev/null
		CXXFLAGS=-O0 npm rebuild --silent --ignore-scripts=false @vscode/spdlog @vscode/native-watchdog >/dev/null
	)
	printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$node" "$vscode/node_modules/code-server/out/node/entry.js" >"$GOBIN/code-server"
	chmod +x "$GOBIN/code-server"
fi

for program in openssl xmllint plistutil python3 yq git softhsm2-util pkcs11-tool gcc g++ make chromium zbarimg curl ps certutil pk12util keytool nvim; do
	command -v "$program" >/dev/null 2>&1 || { echo "e2e: $program is still missing" >&2; exit 1; }
done
