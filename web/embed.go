//go:build !page

// Package page holds the built page of this folder, for the command web. make web builds the page and the program with it; without
// the tag "page" the program has none.
package page

import "io/fs"

// Files are the files of the page, each compressed twice: NAME.br and NAME.gz. It is nil in a program built without the page.
var Files fs.FS
