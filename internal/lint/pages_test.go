package lint

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/mdm"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// testNow is the day of the run in tests.
var testNow = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// The rules about signers, hygiene, delivery and sets: the bad example of each breaks it and no other rule, and the good
// one none.
func TestExamplesOfPages(t *testing.T) {
	for _, r := range rules.All() {
		bad, good := r.Examples()
		if !isAboutMore(&r) || len(bad.Files) == 0 {
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			found := lintExample(t, r.Options, bad)
			if len(found) == 0 {
				t.Error("the bad example breaks no rule")
			}
			for _, d := range found {
				if d.Rule != r.ID {
					t.Errorf("the bad example: %s: %s [%s]", d.Path, d.Message, d.Rule)
				}
			}
			for _, d := range lintExample(t, r.Options, good) {
				t.Errorf("the good example: %s: %s [%s]", d.Path, d.Message, d.Rule)
			}
		})
	}
}

// isAboutMore says whether a rule is one of those that validate leaves out, or one about sets.
func isAboutMore(r *rules.Rule) bool {
	return r.Has(rules.Security) || r.Has(rules.Hygiene) || r.Has(rules.Delivery) || slices.Contains(setRules(), r.ID)
}

func setRules() []string {
	return []string{"conflicting-setting", "duplicate-profile-identifier", "duplicate-profile-name", "payload-uuid-in-two-profiles",
		"profile-against-declaration", "same-profile-twice", "setting-managed-twice", "several-dns-payloads", "single-instance-payload-in-two-profiles"}
}

// lintExample lints the files of an example as a set, with the options of its page.
func lintExample(t *testing.T, options string, e rules.Example) []diag.Diagnostic {
	t.Helper()
	o, on := exampleOptions(t, options)
	c := New(schema.Embedded())
	var all []diag.Diagnostic
	var members []*Member
	for _, f := range e.Files {
		f = decoded(t, f)
		doc, found := document.Open(diag.NewFile(f.Name, f.Data))
		all = append(all, found...)
		isDeclaration := doc.Kind() == document.Declaration
		check := c.Check
		if isDeclaration {
			check = c.CheckDeclaration
		}
		o.File = FileFacts{Size: len(f.Data), Signed: doc.Signed, Binary: doc.Format == document.Binary}
		if doc.Signed {
			o.File.Message = f.Data
		}
		found, err := check(doc.Root, on, o)
		if err != nil {
			t.Fatal(err)
		}
		m, err := c.Member(f.Name, doc.File, doc.Root, isDeclaration, on)
		if err != nil {
			t.Fatal(err)
		}
		all, members = append(all, found...), append(members, m)
	}
	together, err := c.CheckSet(members, o)
	if err != nil {
		t.Fatal(err)
	}
	return append(all, slices.Concat(together...)...)
}

func exampleOptions(t *testing.T, options string) (o Options, on []target.Target) {
	t.Helper()
	o = Options{Groups: rules.Groups(), Now: testNow}
	words := strings.Fields(options)
	for i := 0; i+1 < len(words); i += 2 {
		var err error
		switch words[i] {
		case "--target":
			on = append(on, targets(t, words[i+1])...)
		case "--for":
			o.For = mdm.Find(words[i+1])
		case "--expires-within":
			o.ExpiresWithin, err = time.ParseDuration(words[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return o, on
}

// decoded returns a file of an example as it is linted.
func decoded(t *testing.T, f txtar.File) txtar.File {
	t.Helper()
	if name, ok := strings.CutSuffix(f.Name, ".base64"); ok {
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(f.Data)), ""))
		if err != nil {
			t.Fatal(err)
		}
		return txtar.File{Name: name, Data: data}
	}
	name, ok := strings.CutSuffix(f.Name, ".payload")
	if !ok {
		return f
	}
	common := func(identifier, payloadType string) string {
		id := fmt.Sprintf("%X", sha1.Sum([]byte(identifier)))
		return "<key>PayloadIdentifier</key><string>" + identifier + "</string><key>PayloadVersion</key><integer>1</integer>" + payloadType +
			"<key>PayloadUUID</key><string>" + strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:32]}, "-") + "</string>"
	}
	text := `<plist version="1.0"><dict><key>PayloadContent</key><array><dict>` + string(f.Data) + common("com.acme."+name+".1", "") + "</dict></array>" +
		common("com.acme."+name, "<key>PayloadType</key><string>Configuration</string>") + "<key>PayloadScope</key><string>System</string></dict></plist>"
	return txtar.File{Name: name + ".mobileconfig", Data: []byte(text)}
}
