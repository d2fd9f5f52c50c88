package mdm

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/fact"
)

// Variables are the variables filled in by a server.
type Variables struct {
	fact.Statement
	Dollar    []string // $NAME and ${NAME}
	Prefixes  []string // prefixes of such names, continued by the administrator
	Numbered  []string // prefixes of such names, continued by a number
	Own       string   // prefix used by this server only
	Braces    []string // {{name}}
	AnyBraces bool     // {{name}} with any name chosen by the administrator
	None      bool     // the server fills in nothing
	Open      bool     // there are further names, not known here
	Refuses   bool     // the server refuses a profile with an unknown name of its own form
	AsOf      string   // month of the known names: the server may know newer ones
	InData    []string // prefixes of names accepted outside strings; with Refuses, others are refused there
}

// maxFound bounds the variables looked at in one text.
const maxFound = 100

// FindVariables returns the variables in s filled in by some MDM server, each once and in order; of very many the first ones. A profile with one must not
// be signed before the server has filled it in. Percent-encoded bytes, as in %C3%A9, are no variables.
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
			// The closing percent sign may begin a variable.
			i += at[1] - 1
			continue
		}
		if !slices.Contains(found, name) {
			if found = append(found, name); len(found) == maxFound {
				break
			}
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

// isPercentEncoding reports whether %NAME% begins with an encoded byte, or is a number such as the 50% of a text.
func isPercentEncoding(name string) bool {
	inner, ok := strings.CutPrefix(name, "%")
	inner = strings.TrimSuffix(inner, "%")
	if !ok {
		return false
	}
	return strings.Trim(inner, "0123456789") == "" || len(inner) == 2 && strings.Trim(inner, "0123456789ABCDEFabcdef") == ""
}

// IsFilledOnDevice reports whether a Mac itself fills in a variable in a payload of this type: in certificate requests and in
// names for 802.1X. A signed profile may hold it.
func IsFilledOnDevice(variable, payloadType string) bool {
	return slices.Contains(device().Names, strings.Trim(variable, "%")) && slices.Contains(device().Types, payloadType)
}

// UnknownVariable is a variable not filled in by a server.
type UnknownVariable struct {
	Text      string  // as written
	Meant     string  // the server's similar variable, or ""
	Owner     *Server // server with this variable, or nil
	Refused   bool    // the server refuses the profile
	Newer     bool    // unless the name is newer than the facts about the server
	Misplaced bool    // the name is right, but not allowed in this place
}

// variablePattern matches anything looking like a variable, except %NAME%: macOS and apps fill in such names themselves.
var variablePattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$\{[A-Za-z][A-Za-z0-9_]*\}|\$[A-Za-z][A-Za-z0-9_]*|\{\{[^{}]{1,200}\}\}`)
})

// UnknownVariables returns the variables in a text meant for a server but not filled in by this one: other servers' names,
// and names similar to its own. Anything else looking like a variable may be meant for an app or script, and is left out.
func (s *Server) UnknownVariables(text string) []UnknownVariable {
	if s.Variables == nil || !strings.ContainsAny(text, "${") {
		return nil
	}
	var found []UnknownVariable
	for _, t := range variablePattern().FindAllString(text, maxFound) {
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

// UnknownOutsideStrings is UnknownVariables for text in place of data, a number, a date or a boolean.
func (s *Server) UnknownOutsideStrings(text string) []UnknownVariable {
	found := s.UnknownVariables(text)
	if s.Variables == nil || !s.Variables.Refuses {
		return found
	}
	for _, t := range variablePattern().FindAllString(text, maxFound) {
		name, inBraces := variableName(t)
		if s.Variables.isOwnForm(name, inBraces) && s.Variables.fills(name, inBraces) && !hasPrefix(name, s.Variables.InData) {
			found = append(found, UnknownVariable{Text: t, Refused: true, Misplaced: true})
		}
	}
	return found
}

// isOwnForm reports whether a name has the form reserved for this server's variables.
func (v *Variables) isOwnForm(name string, inBraces bool) bool {
	return v.Own != "" && strings.HasPrefix(name, v.Own) && !inBraces
}

// hasPrefix reports whether a name continues after one of the prefixes.
func hasPrefix(name string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return len(name) > len(p) && strings.HasPrefix(name, p) })
}

// variableName returns the name in a variable.
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

// closest returns the variable of the same name, ignoring case, underscores and blanks, as written in a profile.
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

// ownerOf returns a server with exactly this name, or nil. A name allowed on any server has no owner.
func ownerOf(name string, inBraces bool) *Server {
	for _, s := range Servers() {
		if v := s.Variables; v != nil && !v.AnyBraces && v.fills(name, inBraces) {
			return s
		}
	}
	return nil
}
