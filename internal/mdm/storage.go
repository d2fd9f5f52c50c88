package mdm

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
)

// The kinds of devices that Jamf Pro keeps profiles apart by.
const (
	Computers     = "computers"
	MobileDevices = "mobile-devices"
)

// Storage is what a server changes in the text of a profile, which is its strings and the keys of its dictionaries.
type Storage struct {
	fact.Statement
	// Whole lists, by the kind of devices, the payload types whose text arrives, but for white space at its ends. In all
	// other types, and outside of payloads, each Change happens.
	Whole map[string][]string
	// Emptied lists, by the kind of devices, the types of Whole that one character above U+FFFF empties.
	Emptied map[string][]string
}

// Change is one thing that a server does to a text.
type Change string

// The changes.
const (
	LineFeeds Change = "line feeds" // are deleted, and carriage returns stay
	Tabs      Change = "tabs"       // are deleted
	Escapes   Change = "escapes"    // & and < arrive as &amp; and &lt;
	Astral    Change = "astral"     // a character above U+FFFF arrives as two replacement characters
	Emptied   Change = "emptied"    // such a character empties the payload
	Ends      Change = "ends"       // blanks and tabs at the ends are taken off; line breaks are, too, and say nothing there
)

// Arrives reports whether text in a payload of this type stays as it is, but for its ends.
func (s *Storage) Keeps(devices, payloadType string) bool {
	return slices.Contains(s.Whole[devices], payloadType)
}

// Changes returns what the server does to a text in a payload of this type, "" for text outside of payloads. A client can
// only avoid LineFeeds, by Send.
func (s *Storage) Changes(text, devices, payloadType string) []Change {
	inner := trim(text)
	kept := s.Keeps(devices, payloadType)
	var all []Change
	for _, c := range []struct {
		Change
		happens bool
	}{
		{LineFeeds, !kept && strings.Contains(strings.ReplaceAll(inner, "\r\n", "\r"), "\n")},
		{Tabs, !kept && strings.Contains(inner, "\t")},
		{Escapes, !kept && escapeOnce.Replace(inner) != inner},
		{Astral, strings.ContainsFunc(inner, isAstral)},
		{Ends, inner != strings.Trim(text, "\r\n")},
	} {
		if c.Change == Astral && slices.Contains(s.Emptied[devices], payloadType) {
			c.Change = Emptied
		}
		if c.happens {
			all = append(all, c.Change)
		}
	}
	return all
}

// Send returns a text in the form that loses least on its way: with a carriage return for each line break.
func (s *Storage) ForUpload(text string) string {
	return strings.NewReplacer("\r\n", "\r", "\n", "\r").Replace(text)
}

// Reads returns a text of the server's as it compares: without white space at its ends, and with one line feed for each
// line break, which is how a carriage return reads.
func (s *Storage) Normalize(text string) string {
	return trim(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text))
}

// Forms returns what the server can make of a text that Send has made ready, as Reads has it: with each Change and without it,
// since it may treat a type in another way than is known.
func (s *Storage) Variants(text string) []string {
	forms := s.NameVariants(text)
	for _, change := range []func(string) string{withoutTabs, escapeOnce.Replace} {
		for _, form := range forms {
			if changed := s.Normalize(change(form)); changed != form {
				forms = append(forms, changed)
			}
		}
	}
	return forms
}

// Names is Forms for a text that stands beside the profile.
func (s *Storage) NameVariants(text string) []string {
	forms := []string{s.Normalize(text)}
	if bare := withoutAstral(forms[0]); bare != forms[0] {
		forms = append(forms, bare)
	}
	return forms
}

func withoutTabs(text string) string { return strings.ReplaceAll(text, "\t", "") }

// layered is one more layer of escaping. The end of a CDATA section, in which the text is sent, needs it as well.
var escapeOnce = strings.NewReplacer("&", "&amp;", "<", "&lt;", "]]>", "]]&gt;")

func isAstral(r rune) bool { return r > 0xFFFF }

func withoutAstral(text string) string {
	if !strings.ContainsFunc(text, isAstral) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if isAstral(r) {
			b.WriteString("\uFFFD\uFFFD")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func trim(text string) string { return strings.TrimFunc(text, func(r rune) bool { return r <= ' ' }) }
