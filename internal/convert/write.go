package convert

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/template"
)

// section is a key of the template, and comments above it.
type section struct {
	key      string
	value    *plist.Value
	comments []string
}

// write returns the template's text.
func (a *draft) write() ([]byte, error) {
	a.secrets, a.files, a.size = nil, nil, 0
	a.variables, a.fileNames = Names{}, Names{}
	topLevel, err := a.topLevel()
	if err != nil {
		return nil, err
	}
	payloads, err := a.payloadEntries()
	if err != nil {
		return nil, err
	}
	sections := []section{
		{"organization", a.organization(), nil},
		{"profile", topLevel, nil},
		{"targets", plist.NewStrings(shortTarget(a.target)), a.targetReasons},
		{"prevention", plist.NewBoolean(false), nil},
		{"payloads", plist.NewArray(payloads...), nil},
	}
	if len(a.secrets) > 0 {
		sections = append(sections, section{"variables", a.secretDeclarations(), nil})
	}
	var out bytes.Buffer
	for _, line := range a.headComments() {
		writeComment(&out, line)
	}
	for _, s := range sections {
		written, err := template.Write(plist.NewDictionary(plist.Field{Key: s.key, Value: s.value}))
		if err != nil {
			return nil, newRefusal("%s", err)
		}
		out.WriteByte('\n')
		for _, line := range s.comments {
			writeComment(&out, line)
		}
		out.Write(written)
	}
	return out.Bytes(), nil
}

// secretDeclarations returns the declared variables of the secrets.
func (a *draft) secretDeclarations() *plist.Value {
	variables := plist.NewDictionary()
	for _, s := range a.secrets {
		v := plist.NewDictionary().Set("secret", plist.NewString("env:"+s.Environment))
		if s.Value.Kind != plist.String {
			v.Set("type", plist.NewString(s.Value.Kind.String()))
		}
		variables.Fields = append(variables.Fields, plist.Field{Key: s.Variable, Value: v})
	}
	return variables
}

// maxReasons is how many reasons are named for one raw payload, maxRaw how many raw payloads.
const (
	maxReasons = 3
	maxRaw     = 20
)

// headComments tells the origin, the parts kept as they are, and the differences.
func (a *draft) headComments() []string {
	first := "Made from " + a.Source
	if len(a.differences) == 0 {
		first += "; it builds the same content"
	}
	lines := append([]string{first + "."}, a.Comments...)
	lines = append(lines, "Identifiers and UUIDs are kept, so devices update the installed profile in place.")
	if len(lint.SignedVariables(a.root)) > 0 {
		lines = append(lines, "It has variables for an MDM server to fill in: build it with --unsigned.")
	}
	for _, d := range a.differences {
		lines = append(lines, "Not the same: "+d)
	}
	for _, n := range a.notes {
		lines = append(lines, "Note: "+n)
	}
	raw := a.rawIndices()
	for _, index := range raw[:min(len(raw), maxRaw)] {
		why := a.rawReasons[index]
		reasons := strings.Join(why[:min(len(why), maxReasons)], "; ")
		if more := len(why) - maxReasons; more > 0 {
			reasons += fmt.Sprintf("; and %d more", more)
		}
		lines = append(lines, "Raw, kept as found: "+a.partName(index)+": "+reasons)
	}
	if more := len(raw) - maxRaw; more > 0 {
		lines = append(lines, fmt.Sprintf("Raw, kept as found: %d more payloads", more))
	}
	return lines
}

func (a *draft) rawIndices() []int {
	var all []int
	for i := topLevelIndex; i < len(a.payloads); i++ {
		if len(a.rawReasons[i]) > 0 {
			all = append(all, i)
		}
	}
	return all
}

func (a *draft) partName(index int) string {
	if index == topLevelIndex {
		return "the top level"
	}
	return a.ids[index]
}

// writeComment writes any text as a comment, broken between words.
func writeComment(out *bytes.Buffer, line string) {
	const width = 118
	line = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, line)
	column := 0
	for _, word := range strings.Fields(line) {
		if n := len([]rune(word)) + 1; column == 0 || column+n > width {
			if column > 0 {
				out.WriteByte('\n')
			}
			out.WriteByte('#')
			column = 1
		}
		out.WriteByte(' ')
		out.WriteString(word)
		column += len([]rune(word)) + 1
	}
	out.WriteByte('\n')
}
