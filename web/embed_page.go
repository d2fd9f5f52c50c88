//go:build page

// Package page holds the built page of this folder, for the command web. make web builds the page and the program with it; without
// the tag "page" the program has none.
package page

import (
	"embed"
	"io/fs"
)

//go:embed all:build/embed
var embedded embed.FS

// Files are the files of the page, each compressed twice: NAME.br and NAME.gz. It is nil in a program built without the page.
var Files fs.FS = func() fs.FS {
	files, err := fs.Sub(embedded, "build/embed")
	if err != nil {
		panic(err) // the name is valid
	}
	return files
}()
