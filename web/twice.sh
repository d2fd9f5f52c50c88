#!/bin/sh
# Builds the page in two folders, one of them a Git repository, in other time zones and languages, with other rights of files and nothing
# of Go compiled before, and compares every byte.
set -eu
cd "$(dirname "$0")/.."
top=$(mktemp -d)
trap 'chmod -R u+w "$top"; rm -rf "$top"' EXIT

build() { # folder, time zone, language, umask
	mkdir -p "$top/$1"
	git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar cf - -T - | (umask "$4" && tar xf - --no-same-permissions -C "$top/$1")
	[ "$1" = one ] || (cd "$top/$1" && git init -q && git add -A && git -c user.name=x -c user.email=x@example.com commit -qm x)
	(umask "$4" && cd "$top/$1" && TZ=$2 LC_ALL=$3 GOCACHE="$top/cache" ${MAKE:-make} -s web)
	rm -rf "$top/cache"
	(cd "$top/$1" && find web/dist bin/syncguard -type f -exec sha256sum {} + | sort -k 2) >"$top/$1.sums"
}

build one UTC C 022
build another/folder Pacific/Kiritimati C.UTF-8 077
mv "$top/another/folder.sums" "$top/another.sums"
diff "$top/one.sums" "$top/another.sums" || { echo "the page is not the same in two places" >&2; exit 1; }
echo "the same in two places: $(wc -l <"$top/one.sums") files"
