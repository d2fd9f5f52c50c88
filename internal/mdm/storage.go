package mdm

import (
	"slices"
	"strings"

	"syncguard/internal/fact"
)

// The kinds of devices with separate profiles in Jamf Pro.
const (
	Computers     = "computers"
	MobileDevices = "mobile-devices"
)

// Storage is a server's changes to the text of profiles: strings, and keys of dictionaries.
type Storage struct {
	fact.Statement
	// Whole lists, by kind of devices, the payload types stored unchanged, apart from white space at the ends of text. In all
	// other types, and outside payloads, each Change happens.
	Whole map[string][]string
	// Emptied lists, by kind of devices, the types of Whole emptied by a single character above U+FFFF.
	Emptied map[string][]string
}

// Change is one change to a text.
type Change string

// The changes.
const (
	LineFeeds Change = "line feeds" // deleted; carriage returns stay
	Tabs      Change = "tabs"       // deleted
	Escapes   Change = "escapes"    // & and < become &amp; and &lt;
	Astral    Change = "astral"     // a character above U+FFFF becomes two replacement characters
	Emptied   Change = "emptied"    // such a character empties the payload
	Ends      Change = "ends"       // blanks and tabs at the ends are removed; so are line breaks, without a loss
)

// Keeps reports whether text in a payload of this type is stored unchanged, apart from its ends.
func (s *Storage) Keeps(devices, payloadType string) bool {
	return slices.Contains(s.Whole[devices], payloadType)
}

// Changes returns the changes to a text in a payload of this type, "" for text outside payloads. A client can only avoid
// LineFeeds, by ForUpload.
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

var toReturns, toFeeds = strings.NewReplacer("\r\n", "\r", "\n", "\r"), strings.NewReplacer("\r\n", "\n", "\r", "\n")

// ForUpload returns a text in the form with the least loss: with a carriage return for each line break.
func (s *Storage) ForUpload(text string) string {
	return toReturns.Replace(text)
}

// Normalize returns a text from the server for comparison: without white space at its ends, and with one line feed for each
// line break, as a carriage return reads.
func (s *Storage) Normalize(text string) string {
	return trim(toFeeds.Replace(text))
}

// Variants returns all normalized texts the server can make of a text sent by ForUpload: with and without each Change, since
// the facts about a type may be incomplete.
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

// NameVariants is Variants for a text beside the profile, such as its name.
func (s *Storage) NameVariants(text string) []string {
	forms := []string{s.Normalize(text)}
	if bare := withoutAstral(forms[0]); bare != forms[0] {
		forms = append(forms, bare)
	}
	return forms
}

func withoutTabs(text string) string { return strings.ReplaceAll(text, "\t", "") }

// escapeOnce adds one layer of escaping, including the end of a CDATA section, since the text is sent in one.
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
