package mdm

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"syncguard/internal/fact"
	"syncguard/internal/generated"
)

var update = flag.Bool("update", false, "write docs/mdm.md anew")

const docs = "../../docs/mdm.md"

// What the documentation says of servers is what the program knows.
func TestDocumentation(t *testing.T) {
	want := generated.Wrap(page())
	if *update {
		if err := os.WriteFile(docs, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is stale, run the tests of this package with -update", docs)
	}
}

func page() string {
	var b strings.Builder
	b.WriteString(`# MDM servers

The facts behind ` + "`lint --for SERVER`" + ` for each server, with source and author: Apple, the vendor of the server, or the community. Facts from the
community are unconfirmed, and never make an error. Behaviour not listed here is unknown. The page is written from ` + "`internal/mdm/mdm.json`" + `.
`)
	for _, s := range Servers() {
		fmt.Fprintf(&b, "\n## %s\n\n`--for %s`", s.Name, s.ID)
		for _, also := range s.Also {
			fmt.Fprintf(&b, ", `%s`", also)
		}
		b.WriteString("\n\n")
		s.write(func(f fact.Statement, format string, args ...any) {
			fmt.Fprintf(&b, "* %s\n  * %s: %s\n", fmt.Sprintf(format, args...), f.Evidence, f.Source)
		})
	}
	return b.String()
}

// write says everything that is known of a server.
func (s *Server) write(row func(f fact.Statement, format string, args ...any)) {
	if s.Size != nil {
		row(s.Size.Statement, "takes at most %d bytes", s.Size.Bytes)
	}
	if s.Signed != nil {
		row(s.Signed.Statement, "signed profiles: %s", map[Treatment]string{Refuses: "refused", Strips: "the signature is taken off", Unproven: "not known to be delivered"}[s.Signed.Does])
	}
	if s.Binary != nil {
		row(s.Binary.Statement, "binary property lists are refused")
	}
	if s.Scope != nil {
		row(s.Scope.Statement, "a profile without PayloadScope: %s", s.Scope.Says)
	}
	if s.Secrets != nil {
		row(s.Secrets.Statement, "%s", s.Secrets.Says)
	}
	if s.Phantoms != nil {
		row(*s.Phantoms, "white space between arrays becomes empty arrays")
	}
	if s.Text != nil {
		row(s.Text.Statement, "refuses text with: %s", strings.Join(s.Text.Refuses, ", "))
	}
	if s.Storage != nil {
		s.Storage.write(row)
	}
	if o := s.Own; o != nil {
		row(o.Statement, "fills in itself, whatever is sent, at the top level: %s; in each payload: %s", words(o.Top), words(o.Payload))
		row(o.Statement, "adds where they are missing, at the top level: %s; in each payload: %s", words(o.AddsTop), words(o.AddsPayload))
	}
	for _, c := range s.Changes {
		row(c.Statement, "%s", c.Says)
	}
	for _, k := range s.Requires {
		row(k.Statement, "%s is required", k.Key)
	}
	for _, k := range s.Fixed {
		row(k.Statement, "an update that changes %s is refused", k.Key)
	}
	if s.Renewal != nil {
		row(s.Renewal.Statement, "renews a certificate only where the OU of its subject holds `$%s`, and refuses a payload without it where the server itself asks for the certificate", s.Renewal.Variables[0])
	}
	for _, k := range s.Unique {
		row(k.Statement, "one profile of a %s", k.Key)
	}
	for _, r := range s.Refuses {
		with := ""
		if len(r.Keys) > 0 {
			with = " with " + strings.Join(r.Keys, ", ")
		}
		row(r.Statement, "refuses %s%s: %s", strings.Join(r.Types, ", "), with, r.Because)
	}
	for _, r := range s.Reserves {
		row(r.Statement, "keeps for itself as %s: %s", r.Key, strings.Join(r.Values, ", "))
	}
	if s.Variables != nil {
		row(s.Variables.Statement, "%s", s.Variables.words())
	}
}

func words(all []string) string { return "`" + strings.Join(all, "` `") + "`" }

// write says what becomes of text.
func (s *Storage) write(row func(f fact.Statement, format string, args ...any)) {
	row(s.Statement, "text arrives, but for white space at its ends, in payloads of these types for computers: %s", words(s.Whole[Computers]))
	row(s.Statement, "the same for mobile devices: %s", words(s.Whole[MobileDevices]))
	row(s.Statement, "in all other types, and outside of payloads: line feeds and tabs are deleted, a carriage return stays; `&` and `<` get one more layer of escaping, which no client can avoid, so that a device has `&amp;` for `&`; a character above U+FFFF, such as an emoji, becomes two replacement characters")
	row(s.Statement, "one character above U+FFFF empties a payload for computers of: %s", words(s.Emptied[Computers]))
}

func (v *Variables) words() string {
	var all []string
	for _, name := range v.Dollar {
		all = append(all, "`$"+name+"`")
	}
	for _, prefix := range append(v.Prefixes, v.Numbered...) {
		all = append(all, "`$"+prefix+"…`")
	}
	for _, name := range v.Braces {
		all = append(all, "`{{"+name+"}}`")
	}
	switch {
	case v.None:
		return "fills in no variables"
	case v.AnyBraces:
		return "variables: `{{name}}` with names of your own"
	case v.Open:
		return "variables that are not listed here"
	}
	words := "variables"
	if v.AsOf != "" {
		words += " known as of " + v.AsOf
	}
	words += ": " + strings.Join(all, " ")
	if len(v.InData) > 0 {
		words += "; outside of strings none but `$" + strings.Join(v.InData, "…`, `$") + "…`"
	}
	return words
}
