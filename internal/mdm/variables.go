package mdm

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/fact"
)

// Variables are the names that a server fills in.
type Variables struct {
	fact.Statement
	Dollar    []string // $NAME and ${NAME}
	Prefixes  []string // of such names, which go on as the administrator likes
	Numbered  []string // of such names, which go on with a number
	Own       string   // how names begin that can only be of this server
	Braces    []string // {{name}}
	AnyBraces bool     // {{name}} with a name that the administrator chose
	None      bool     // the server fills in nothing
	Open      bool     // there are others, which are not known here
	Refuses   bool     // the server refuses a profile with a name of its own form that it does not know
	AsOf      string   // the month up to which the names are known: the server may know newer ones
	InData    []string // how the names begin that the server takes outside of strings; others it refuses there, where Refuses is set
}

// Filled returns the variables that some MDM server would fill in, as they stand in s, each once and in order. A profile
// that holds one cannot be signed before the server has filled it in. Percent-encoded bytes, as in %C3%A9, are no variables.
func FindVariables(s string) []string {
	if !strings.ContainsAny(s, "$%{") {
		return nil
	}
	var found []string
	for i := 0; i < len(s); {
		at := knownPattern().FindStringIndex(s[i:])
		if at == nil {
			break
		}
		name := s[i+at[0] : i+at[1]]
		if isPercentEncoding(name) {
			// The percent sign that ends this may begin a variable.
			i += at[1] - 1
			continue
		}
		if !slices.Contains(found, name) {
			found = append(found, name)
		}
		i += at[1]
	}
	return found
}

var knownPattern = sync.OnceValue(func() *regexp.Regexp {
	var names, begun, numbered []string
	for _, s := range Servers() {
		if v := s.Variables; v != nil {
			numbered = append(numbered, v.Numbered...)
			if v.Own != "" {
				begun = append(begun, v.Own)
			}
			begun = append(begun, v.Prefixes...)
			names = append(names, v.Dollar...)
		}
	}
	// Longer names first: $EMAIL_PREFIX is not $EMAIL.
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	started := `(?:` + strings.Join(begun, "|") + `)[A-Za-z0-9_]+`
	return regexp.MustCompile(strings.Join([]string{
		`\$\{` + started + `\}`,
		`\$` + started,
		`\{\{[^{}]{1,200}\}\}`, // Intune, SimpleMDM, Mosyle, Workspace ONE
		`%[A-Za-z0-9_]+%`,      // Jamf School, Mosyle, Profile Manager; %HardwareUUID% is filled in by macOS itself
		`\$(?:` + strings.Join(numbered, "|") + `)[0-9]+\b`,
		`\$\{?(?:` + strings.Join(names, "|") + `)\b\}?`,
	}, "|"))
})

// isPercentEncoding says whether %NAME% begins with an encoded byte, or is a number such as the 50% of a text.
func isPercentEncoding(name string) bool {
	inner, ok := strings.CutPrefix(name, "%")
	inner = strings.TrimSuffix(inner, "%")
	if !ok {
		return false
	}
	return strings.Trim(inner, "0123456789") == "" || len(inner) == 2 && strings.Trim(inner, "0123456789ABCDEFabcdef") == ""
}

// OnDevice says whether a Mac itself fills in a variable, as it stands in the text, in a payload of this type: in requests for
// certificates and in the names for 802.1X. A signed profile may hold it.
func IsFilledOnDevice(variable, payloadType string) bool {
	return slices.Contains(device().Names, strings.Trim(variable, "%")) && slices.Contains(device().Types, payloadType)
}

// Unknown is a variable that a server does not fill in.
type UnknownVariable struct {
	Text      string  // as it stands in the text
	Meant     string  // the variable of the server that it is nearly, or ""
	Owner     *Server // that fills it in, or nil
	Refused   bool    // the server refuses the profile
	Newer     bool    // unless the name is newer than what is known of the server
	Misplaced bool    // the name is right, and stands where the server does not take it
}

// token is what looks like a variable. %NAME% is left out: macOS and apps fill in such names themselves.
var variablePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$\{[A-Za-z][A-Za-z0-9_]*\}|\$[A-Za-z][A-Za-z0-9_]*|\{\{[^{}]{1,200}\}\}`)
})

// Unknown returns the variables in a text that the server does not fill in although they are surely meant for a server:
// names of other servers, and names that are nearly one of its own. What else looks like a variable may be meant for an app
// or a script, and is left alone.
func (s *Server) UnknownVariables(text string) []UnknownVariable {
	if s.Variables == nil || !strings.ContainsAny(text, "${") {
		return nil
	}
	var found []UnknownVariable
	for _, t := range variablePattern().FindAllString(text, -1) {
		name, inBraces := variableName(t)
		if s.Variables.fills(name, inBraces) {
			continue
		}
		u := UnknownVariable{Text: t, Meant: s.Variables.closest(name, inBraces), Owner: ownerOf(name, inBraces)}
		own := s.Variables.isOwnForm(name, inBraces)
		u.Refused = own && s.Variables.Refuses
		u.Newer = u.Refused && u.Meant == "" && s.Variables.AsOf != ""
		closed := inBraces && len(s.Variables.Braces) > 0 && !s.Variables.Open
		if u.Meant != "" || u.Owner != nil || own || closed {
			found = append(found, u)
		}
	}
	return found
}

// UnknownOutsideStrings is Unknown for a text that stands for data, a number, a date or a boolean.
func (s *Server) UnknownOutsideStrings(text string) []UnknownVariable {
	found := s.UnknownVariables(text)
	if s.Variables == nil || !s.Variables.Refuses {
		return found
	}
	for _, t := range variablePattern().FindAllString(text, -1) {
		name, inBraces := variableName(t)
		if s.Variables.isOwnForm(name, inBraces) && s.Variables.fills(name, inBraces) && !hasPrefix(name, s.Variables.InData) {
			found = append(found, UnknownVariable{Text: t, Refused: true, Misplaced: true})
		}
	}
	return found
}

// owns reports whether a name has the form that only variables of this server have.
func (v *Variables) isOwnForm(name string, inBraces bool) bool {
	return v.Own != "" && strings.HasPrefix(name, v.Own) && !inBraces
}

// hasPrefix reports whether a name goes on after one of the prefixes.
func hasPrefix(name string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return len(name) > len(p) && strings.HasPrefix(name, p) })
}

// bare returns the name in a token.
func variableName(token string) (name string, inBraces bool) {
	if inner, ok := strings.CutPrefix(token, "{{"); ok {
		return strings.TrimSuffix(inner, "}}"), true
	}
	return strings.Trim(token, "${}"), false
}

func (v *Variables) fills(name string, inBraces bool) bool {
	if inBraces {
		return v.AnyBraces || slices.Contains(v.Braces, name)
	}
	return slices.Contains(v.Dollar, name) || hasPrefix(name, v.Prefixes) ||
		slices.ContainsFunc(v.Numbered, func(p string) bool {
			number, ok := strings.CutPrefix(name, p)
			return ok && number != "" && strings.Trim(number, "0123456789") == ""
		})
}

// near returns the variable, as it is written, that has the same name but for case, underscores and blanks.
func (v *Variables) closest(name string, inBraces bool) string {
	for _, known := range v.Dollar {
		if !inBraces && fold(known) == fold(name) {
			return "$" + known
		}
	}
	for _, known := range v.Braces {
		if fold(known) == fold(name) {
			return "{{" + known + "}}"
		}
	}
	return ""
}

func fold(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", " ", "").Replace(name))
}

// owner returns a server that fills in a name exactly, or nil. A name that any server could have is nobody's.
func ownerOf(name string, inBraces bool) *Server {
	for _, s := range Servers() {
		if v := s.Variables; v != nil && !v.AnyBraces && v.fills(name, inBraces) {
			return s
		}
	}
	return nil
}
