#!/bin/sh
# Builds the page in two folders, one of them a Git repository, in other time zones and languages, with other rights of files and nothing
# of Go compiled before, and compares every byte. Flags are those of the engine.
set -eu
cd "$(dirname "$0")/.."
top=$(mktemp -d)
trap 'chmod -R u+w "$top"; rm -rf "$top"' EXIT

build() { # folder, time zone, language, umask, flags of the engine
	mkdir -p "$top/$1"
	git ls-files -z --cached --others --exclude-standard | xargs -0 ls -d 2>/dev/null | tar cf - -T - | (umask "$4" && tar xf - --no-same-permissions -C "$top/$1")
	[ "$1" = one ] || (cd "$top/$1" && git init -q && git add -A && git -c user.name=x -c user.email=x@example.com commit -qm x)
	folder=$1 zone=$2 language=$3 mask=$4
	shift 4
	(umask "$mask" && cd "$top/$folder" && TZ=$zone LC_ALL=$language GOCACHE="$top/cache" web/build.sh "$@")
	rm -rf "$top/cache"
	(cd "$top/$folder" && find web/dist -type f -exec sha256sum {} + | sort -k 2) >"$top/$folder.sums"
}

build one UTC C 022 "$@"
build another/folder Pacific/Kiritimati C.UTF-8 077 "$@"
mv "$top/another/folder.sums" "$top/another.sums"
diff "$top/one.sums" "$top/another.sums" || { echo "the page is not the same in two places" >&2; exit 1; }
echo "the same in two places: $(wc -l <"$top/one.sums") files"
