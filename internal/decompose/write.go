package decompose

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/template"
)

// section is a key of the template with what is said above it.
type section struct {
	key      string
	value    *plist.Value
	comments []string
}

// text writes the template.
func (a *draft) text() ([]byte, error) {
	a.secrets, a.files = nil, nil
	a.variables, a.fileNames = namer{}, namer{}
	sections := []section{{"organization", a.organization(), nil}}
	envelope, err := a.envelope()
	if err != nil {
		return nil, err
	}
	payloads := plist.NewArray()
	if a.isDeclaration {
		payloads.Items = []*plist.Value{nil}
		payloads.Items[0], err = a.declaration()
	} else {
		for i, p := range a.payloads {
			var payload *plist.Value
			if payload, err = a.payload(i, p); err != nil {
				break
			}
			payloads.Items = append(payloads.Items, payload)
		}
	}
	if err != nil {
		return nil, err
	}
	sections = append(sections,
		section{"profile", envelope, nil},
		section{"targets", plist.NewStrings(shortTarget(a.target)), a.targetWhy},
		section{"prevention", plist.NewBoolean(false), nil},
		section{"payloads", payloads, nil},
	)
	if len(a.secrets) > 0 {
		variables := plist.NewDictionary()
		for _, s := range a.secrets {
			v := dictionary("secret", plist.NewString("env:"+s.Environment))
			if s.Value.Kind == plist.Data {
				v.Set("type", plist.NewString("data"))
			}
			variables.Set(s.Variable, v)
		}
		sections = append(sections, section{"variables", variables, nil})
	}
	return a.assemble(sections)
}

func (a *draft) assemble(sections []section) ([]byte, error) {
	var out bytes.Buffer
	for _, line := range a.head() {
		writeComment(&out, line)
	}
	for _, s := range sections {
		written, err := template.Write(plist.NewDictionary(plist.Field{Key: s.key, Value: s.value}))
		if err != nil {
			return nil, err
		}
		out.WriteByte('\n')
		for _, line := range s.comments {
			writeComment(&out, line)
		}
		out.Write(written)
	}
	return out.Bytes(), nil
}

// head says where the template is from, what stays as it was, and what could not be expressed.
func (a *draft) head() []string {
	lines := []string{"Made from " + a.Source + ". It builds the same content: syncguard build FILE"}
	if a.isDeclaration {
		lines = append(lines, "The Identifier is frozen, so that devices update the declaration in place.")
	} else {
		lines = append(lines, "Identifiers and UUIDs are frozen, so that devices update the profile in place.")
	}
	lines = append(lines, a.Comments...)
	if len(lint.SignedVariables(a.root)) > 0 {
		lines = append(lines, "It holds variables that a server fills in: build it with --unsigned.")
	}
	for _, n := range a.notes {
		lines = append(lines, "Note: "+n+".")
	}
	for _, index := range a.rawIndices() {
		for _, why := range a.rawWhy[index] {
			lines = append(lines, "Raw: "+a.nameOf(index)+": "+why)
		}
	}
	return lines
}

func (a *draft) rawIndices() []int {
	var all []int
	for i := envelopeIndex; i < len(a.payloads); i++ {
		if len(a.rawWhy[i]) > 0 {
			all = append(all, i)
		}
	}
	return all
}

func (a *draft) nameOf(index int) string {
	if index == envelopeIndex {
		return "the top level"
	}
	return a.ids[index]
}

// writeComment writes one comment of a line that may hold anything, broken between words.
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

// envelope is what the template says of the top level.
func (a *draft) envelope() (*plist.Value, error) {
	profile := dictionary("identifier", plist.NewString(a.Name))
	if a.isDeclaration {
		return profile, nil
	}
	isRaw := len(a.rawWhy[envelopeIndex]) > 0
	keys := plist.NewDictionary()
	for _, f := range a.root.Fields {
		if f.Key == "PayloadContent" || !isRaw && isUsual(f) {
			continue
		}
		v, err := a.value(f.Value, f.Key)
		if err != nil {
			return nil, err
		}
		keys.Set(f.Key, v)
	}
	slices.SortStableFunc(keys.Fields, func(x, y plist.Field) int { return rank(x.Key) - rank(y.Key) })
	if isRaw {
		profile.Set("raw", plist.NewBoolean(true))
	}
	return profile.Set("keys", keys), nil
}

// isUsual says whether a key of the top level is what the composer writes anyway.
func isUsual(f plist.Field) bool {
	return f.Key == "PayloadType" && f.Value.Text == "Configuration" || f.Key == "PayloadVersion" && plist.Equal(f.Value, plist.NewInteger(1))
}

// rank puts the keys first that people look for first.
func rank(key string) int {
	first := []string{"PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadDescription", "PayloadOrganization", "PayloadScope"}
	if i := slices.Index(first, key); i >= 0 {
		return i
	}
	return len(first)
}

// payload is one entry of payloads.
func (a *draft) payload(index int, p *plist.Value) (*plist.Value, error) {
	entry := dictionary("id", plist.NewString(a.ids[index]), "type", text(p.Get("PayloadType").Text))
	said := map[string]bool{"PayloadType": true}
	isRaw := len(a.rawWhy[index]) > 0
	for _, word := range [][2]string{
		{"identifier", "PayloadIdentifier"}, {"uuid", "PayloadUUID"}, {"displayName", "PayloadDisplayName"}, {"description", "PayloadDescription"},
	} {
		if v := p.Get(word[1]); v != nil && v.Kind == plist.String && !v.Secret && template.PayloadTakes(word[0], v.Text) {
			entry.Set(word[0], text(v.Text))
			said[word[1]] = true
		}
	}
	if isRaw {
		entry.Set("raw", plist.NewBoolean(true))
	}
	keys := plist.NewDictionary()
	for _, f := range p.Fields {
		if said[f.Key] || f.Key == "PayloadVersion" && !isRaw && isUsual(f) {
			continue
		}
		v, err := a.value(f.Value, a.ids[index]+"."+f.Key)
		if err != nil {
			return nil, fmt.Errorf("PayloadContent[%d]: %w", index, err)
		}
		keys.Set(f.Key, v)
	}
	if len(keys.Fields) > 0 {
		entry.Set("keys", keys)
	}
	return entry, nil
}

// declaration is the one entry of payloads that a declaration becomes.
func (a *draft) declaration() (*plist.Value, error) {
	entry := dictionary("id", plist.NewString(a.ids[0]), "type", text(a.root.Get("Type").Text))
	for _, f := range a.root.Fields {
		switch v := f.Value; f.Key {
		case "Type", "ServerToken":
		case "Identifier":
			if v.Kind != plist.String || v.Secret || !template.PayloadTakes("identifier", v.Text) {
				return nil, fmt.Errorf("its Identifier is %s, which no template can build", v.Describe())
			}
			entry.Set("identifier", text(v.Text))
		case "Payload":
			keys, err := a.value(v, a.ids[0])
			if err != nil {
				return nil, err
			}
			if len(keys.Fields) > 0 {
				entry.Set("keys", keys)
			}
		default:
			return nil, fmt.Errorf("it has %q beside its Payload, which no template can build", f.Key)
		}
	}
	return entry, nil
}

// value is a value as a template has it. path names it: variables and files are called after it.
func (a *draft) value(v *plist.Value, path string) (*plist.Value, error) {
	switch {
	case a.isSecret(v):
		return a.variable(v, path), nil
	case v.Kind == plist.String:
		return text(v.Text), nil
	case v.Kind == plist.Data && a.Beside && len(v.Data) > MaxInline:
		return a.file(v, path), nil
	case v.Kind == plist.Dictionary && (v.Get("$file") != nil || v.Get("$text") != nil):
		return nil, errors.New(path + " has the key $file or $text, which a template reads as the name of a file")
	}
	w := &plist.Value{Kind: v.Kind, Data: v.Data, Time: v.Time, Bool: v.Bool, Int: v.Int, Real: v.Real}
	for _, f := range v.Fields {
		value, err := a.value(f.Value, path+"."+f.Key)
		if err != nil {
			return nil, err
		}
		w.Fields = append(w.Fields, plist.Field{Key: f.Key, Value: value})
	}
	for i, item := range v.Items {
		value, err := a.value(item, fmt.Sprintf("%s.%d", path, i))
		if err != nil {
			return nil, err
		}
		w.Items = append(w.Items, value)
	}
	return w, nil
}
