//go:build !js

package inventory

import (
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

func fromWindows1252(in io.Reader) io.Reader {
	return transform.NewReader(in, charmap.Windows1252.NewDecoder())
}

// fromUTF16 reads a text with a byte order mark.
func fromUTF16(in io.Reader) io.Reader {
	return transform.NewReader(in, unicode.BOMOverride(encoding.Nop.NewDecoder()))
}
