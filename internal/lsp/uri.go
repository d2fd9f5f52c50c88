package lsp

import (
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
)

// pathOf returns the path of a file by its URI, and whether it is a file's. Editors write one path in several ways: with the colon of a
// drive escaped or not, and its letter in either case.
func pathOf(uri string) (path string, ok bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return "", false
	}
	path = u.Path
	if runtime.GOOS == "windows" {
		return windowsPath(u.Host, path), true
	}
	return filepath.Clean(path), strings.HasPrefix(path, "/")
}

// windowsPath returns C:\a of /c:/a, and \\host\a of host and /a.
func windowsPath(host, path string) string {
	if len(path) >= 3 && path[0] == '/' && path[2] == ':' {
		path = strings.ToUpper(path[1:2]) + path[2:]
	}
	if host != "" {
		path = "//" + host + path
	}
	return strings.ReplaceAll(path, "/", `\`)
}

// uriOf returns the URI of an absolute path.
func uriOf(path string) string {
	path = filepath.ToSlash(path)
	host := ""
	if rest, ok := strings.CutPrefix(path, "//"); ok && runtime.GOOS == "windows" {
		host, path, _ = strings.Cut(rest, "/")
		path = "/" + path
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Host: host, Path: path}).String()
}

// isBelow reports whether a path is a folder, or a path in it.
func isBelow(path, folder string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel)
}
