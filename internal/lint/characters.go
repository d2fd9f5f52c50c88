package lint

import (
	"fmt"
	"strings"
	"unicode"
)

// findMisleading describes the characters of a text that make it look like another, or returns "". A word in any one script
// is fine, and so is a text of words in several scripts.
func findMisleading(text string, isIdentifier bool) string {
	if !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) {
		return ""
	}
	runes := []rune(text)
	for i, c := range runes {
		switch {
		case unicode.IsControl(c) && (isIdentifier || !strings.ContainsRune("\t\n\r", c)):
			return fmt.Sprintf("the control character %U", c)
		case isDirection(c):
			return fmt.Sprintf("%U, which changes the direction of the text around it", c)
		case isInvisible(c) || isJoiner(c) && !joins(runes, i):
			return fmt.Sprintf("the invisible character %U", c)
		}
	}
	return findLookalike(text, isIdentifier)
}

// isDirection reports whether a character is an invisible control of direction: embedding, override, isolate or mark.
func isDirection(c rune) bool {
	return c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 || c == 0x200e || c == 0x200f || c == 0x061c
}

func isInvisible(c rune) bool {
	switch c {
	case 0x00ad, 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180e, 0x200b, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0x3164, 0xfeff, 0xffa0:
		return true
	}
	return c >= 0xe0000 && c <= 0xe007f
}

// isJoiner reports whether a character is a joiner. Some scripts and many emoji need them.
func isJoiner(c rune) bool { return c == 0x200c || c == 0x200d }

// joins reports whether a joiner at i can have an effect: not next to an ASCII character, nor at an end.
func joins(runes []rune, i int) bool {
	return i > 0 && i < len(runes)-1 && runes[i-1] >= 0x80 && runes[i+1] >= 0x80
}

// findLookalike describes a word with Cyrillic or Greek letters in place of Latin ones, or returns "". A word counts if it
// also has Latin letters, and each other letter has a Latin lookalike. In an identifier with Latin letters, a word of
// lookalikes alone counts too.
func findLookalike(text string, isIdentifier bool) string {
	hasLatin := strings.ContainsFunc(text, isLatin)
	for word := range strings.FieldsFuncSeq(text, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) }) {
		mixed := strings.ContainsFunc(word, isLatin) || isIdentifier && hasLatin
		lookalike := rune(0)
		for _, c := range word {
			switch {
			case isLatin(c):
			case strings.ContainsRune(latinLookalikes, c):
				lookalike = c
			default:
				mixed = false
			}
		}
		if mixed && lookalike != 0 {
			return fmt.Sprintf("%U, which looks like a Latin letter, in the word %s", lookalike, quote(word))
		}
	}
	return ""
}

func isLatin(c rune) bool { return unicode.Is(unicode.Latin, c) }

// latinLookalikes are the Cyrillic and Greek letters drawn like a Latin one in most fonts.
const latinLookalikes = "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04bb\u0501\u051b\u051d\u04cf" + // а е о р с у х ѕ і ј һ ԁ ԛ ԝ ӏ
	"\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0405\u0406\u0408\u04c0" + // А В Е К М Н О Р С Т Х Ѕ І Ј Ӏ
	"\u03bf\u03bd\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7" // ο ν Α Β Ε Ζ Η Ι Κ Μ Ν Ο Ρ Τ Υ Χ
