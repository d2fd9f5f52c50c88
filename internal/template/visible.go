package template

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"strings"
	"unicode"
)

// A template puts no hidden file into a profile: .git/config and .env hold tokens, and lie in the folder of many a template.

// maxLinks is the most links on the way to one file.
const maxLinks = 8

// readVisible is readRegular for a file to put into a profile. Neither its path nor a link on the way may have a hidden name.
func readVisible(from origin, limit int) ([]byte, error) {
	name, err := visible(from)
	if err != nil {
		return nil, err
	}
	data, err := readRegular(origin{from.fsys, name}, limit)
	if err != nil {
		return nil, err
	}
	if again, err := visible(from); err != nil || again != name {
		return nil, errors.New("it was replaced while it was read")
	}
	return data, nil
}

// visible follows all links of a path and returns the path of the file itself. It refuses hidden names.
func visible(from origin) (string, error) {
	done, rest := ".", strings.Split(from.name, "/")
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		switch {
		case name == "" || name == ".":
			continue
		case name == ".." && done == ".":
			return "", errOutside
		case name == "..":
			done = path.Dir(done)
			continue
		case isHidden(name):
			return "", fmt.Errorf("%q is hidden, and a template reads no hidden files or folders", name)
		}
		at := path.Join(done, name)
		info, err := fs.Lstat(from.fsys, at)
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			done = at
			continue
		}
		if links++; links > maxLinks {
			return "", errors.New("too many links lead to it")
		}
		target, err := fs.ReadLink(from.fsys, at)
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(target, "/") || strings.ContainsAny(target, `:\`) {
			return "", errOutside
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return done, nil
}

// isHidden is true for a name with a dot at its start. Some file systems ignore invisible characters in names, and Windows has
// short names such as GIT~1 beside the long ones.
func isHidden(name string) bool {
	seen := strings.TrimLeftFunc(name, func(r rune) bool { return unicode.Is(unicode.Cf, r) })
	return strings.HasPrefix(seen, ".") || runtime.GOOS == "windows" && strings.Contains(name, "~")
}
