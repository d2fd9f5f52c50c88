package diag

import (
	"strings"
	"unicode/utf8"
)

// Mask overwrites secret text in place. Every offset, line and column stays the same.
func Mask(text []byte) {
	masks := [...]string{1: "*", 2: "×", 3: "•", 4: "𝟎"}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if !strings.ContainsRune("\r\n\u0085\u2028\u2029", r) {
			copy(text[i:], masks[size])
		}
		i += size
	}
}
