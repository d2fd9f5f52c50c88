package app

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/schema/facts"
)

func memoryHost(t *testing.T, given map[string][]byte) *Host {
	t.Helper()
	memory, err := files.NewMemory(given)
	if err != nil {
		t.Fatal(err)
	}
	return &Host{Files: memory, Stdin: strings.NewReader(""), Getenv: func(string) (string, bool) { return "", false },
		Now: func() time.Time { return time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC) }}
}

// plausible is what a person could fill in, shared with the test of the page.
type plausible struct {
	Senses, Kinds, Keys map[string]string
	More                map[string][]string // keys that a type needs beside the required ones
	Never               map[string]string   // types without a valid minimum, with the fact
}

func readPlausible(t *testing.T) (p plausible) {
	t.Helper()
	data, err := os.ReadFile("../../web/test/plausible.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// filler sets the required keys that a person has to.
type filler struct {
	plausible
	t       *testing.T
	id      string
	profile *plist.Value // gets the payloads that others name; nil for a declaration
}

func (f *filler) fill(v *plist.Value, keys []*schema.Key, at *facts.Place, path string) {
	for _, k := range keys {
		name := strings.TrimPrefix(path+"."+k.Name, ".")
		more := slices.ContainsFunc(f.More[f.id], func(m string) bool { return m == name || strings.HasPrefix(m, name+".") })
		if v.Get(k.Name) == nil && (k.Required || more) && k.Name != schema.Any {
			v.Set(k.Name, f.value(k, at.Key(k.Name), name))
		}
		if x := v.Get(k.Name); x != nil {
			f.below(x, k, at.Key(k.Name), name)
		}
	}
}

// below fills what is in a dictionary or an array.
func (f *filler) below(v *plist.Value, k *schema.Key, at *facts.Place, path string) {
	switch {
	case v.Kind == plist.Dictionary:
		f.fill(v, k.Keys, at, path)
	case v.Kind == plist.Array && len(k.Keys) == 1:
		element := k.Keys[0]
		for least := max(1, deref(element.MinItems)); len(v.Items) < least; {
			v.Items = append(v.Items, f.value(element, at, path))
		}
		for _, item := range v.Items {
			f.below(item, element, at, path)
		}
	}
}

func deref(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

func (f *filler) value(k *schema.Key, at *facts.Place, path string) *plist.Value {
	text, given := f.Keys[f.id+"."+path]
	kind := k.Kind
	if k.AnyKind {
		kind = plist.String
	}
	switch {
	case kind == plist.Dictionary:
		return plist.NewDictionary()
	case kind == plist.Array:
		return plist.NewArray()
	case at != nil && at.Reference != nil && f.profile != nil:
		return plist.NewString(f.referenced(at.Reference.To))
	case given:
	case len(k.RangeList) > 0:
		return k.RangeList[0]
	case at != nil && at.Meaning != nil && !at.Meaning.Sense.IsOfData() && f.Senses[string(at.Meaning.Sense)] != "":
		text = f.Senses[string(at.Meaning.Sense)]
	case k.Subtype != "" && f.Senses[k.Subtype] != "":
		text = f.Senses[k.Subtype]
	default:
		text = f.Kinds[kind.String()]
	}
	if kind == plist.Data {
		data, err := os.ReadFile("../../web/test/files/" + text)
		if err != nil {
			f.t.Fatal(err)
		}
		return plist.NewData(data)
	}
	v, err := schema.ParseValue(text, kind)
	if err != nil {
		f.t.Fatalf("%s.%s: %v", f.id, path, err)
	}
	return v
}

// referenced adds a payload of one of some types, and returns its UUID.
func (f *filler) referenced(types []string) string {
	payloadType := types[0]
	if slices.Contains(types, "com.apple.security.pkcs12") {
		payloadType = "com.apple.security.pkcs12"
	}
	m, err := MakeMinimal(memoryHost(f.t, nil), MinimalOptions{Type: payloadType, Organization: "org.acmecorp", Profile: f.profile.String("PayloadIdentifier")})
	if err != nil {
		f.t.Fatal(err)
	}
	doc, _ := document.Open(diag.NewFile(m.Name, []byte(m.Text)))
	payload := doc.Root.Get("PayloadContent").Items[0]
	types2, err := schema.Embedded().Payloads(payloadType)
	if err != nil {
		f.t.Fatal(err)
	}
	of := &filler{f.plausible, f.t, payloadType, nil}
	of.fill(payload, types2[0].Keys, facts.Embedded().Of(payloadType), "")
	list := f.profile.Get("PayloadContent")
	list.Items = append(list.Items, payload)
	return payload.String("PayloadUUID")
}

// For every payload type and declaration a minimal one is begun; once a person has filled in what only they know, lint finds nothing.
func TestMinimalOfEveryType(t *testing.T) {
	h := memoryHost(t, nil)
	all, err := ListForms(h)
	if err != nil {
		t.Fatal(err)
	}
	catalog := schema.Embedded()
	known := readPlausible(t)
	for _, e := range all.Types {
		if e.Family == schema.Preferences {
			continue
		}
		m, err := MakeMinimal(h, MinimalOptions{Type: e.ID, Organization: "org.acmecorp"})
		if err != nil {
			t.Errorf("%s: %v", e.ID, err)
			continue
		}
		types, err := minimalTypes(catalog, e.ID)
		if err != nil {
			t.Fatal(err)
		}
		f := &filler{known, t, e.ID, nil}
		given := map[string][]byte{m.Name: f.filled(m, types)}
		run, err := Lint(context.Background(), memoryHost(t, given), LintOptions{Version: "test", Paths: []string{m.Name}, ExpiresWithin: 1})
		if err != nil {
			t.Fatal(err)
		}
		for file, err := range run.Files {
			if err != nil {
				t.Fatal(err)
			}
			fact, isNever := known.Never[e.ID]
			if isNever && len(file.Findings) == 0 {
				t.Errorf("%s: lint finds nothing, so it is none of those that cannot be", e.ID)
			}
			for _, d := range file.Findings {
				if !isNever || !strings.HasPrefix(fact, d.Rule+":") {
					t.Errorf("%s: %s %s at %s: %s", e.ID, d.Severity, d.Rule, d.Path, d.Message)
				}
			}
		}
	}
}

// filled returns the file with what a person fills in.
func (f *filler) filled(m *Minimal, types []*schema.Type) []byte {
	f.t.Helper()
	doc, findings := document.Open(diag.NewFile(m.Name, []byte(m.Text)))
	if len(findings) > 0 {
		f.t.Fatalf("%s: %v", f.id, findings)
	}
	write, payload := plist.WriteJSON, doc.Root.Get("Payload")
	if !isDeclarationFamily(types[0].Family) {
		write, f.profile = plist.Write, doc.Root
		payload = doc.Root.Get("PayloadContent").Items[0]
	}
	for _, of := range types {
		f.fill(payload, of.Keys, facts.Embedded().Of(of.PayloadType), "")
	}
	data, err := write(doc.Root)
	if err != nil {
		f.t.Fatal(err)
	}
	return data
}
