package lint_test

import (
	"fmt"
	"strings"
	"testing"

	"syncguard/internal/coverage"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/fix"
	"syncguard/internal/intent"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// After a safe fix each setting means to a device, as coverage tells it, what it meant before, or it was nothing before.
func TestSafeFixesKeepTheMeaning(t *testing.T) {
	on := meaningTargets(t)
	for _, c := range fixCases {
		good := c.good
		if c.unsafe || c.none || !strings.Contains(wifi, good) {
			continue
		}
		keepsMeaning(t, c.name, strings.Replace(wifi, good, c.bad, 1), on)
	}
}

// The same of every key and listed value of Apple's payloads, in another case and with a slip, which the fix corrects.
func TestSafeFixesKeepTheMeaningOfTheCatalog(t *testing.T) {
	on, fixed := meaningTargets(t), 0
	entries, err := schema.Embedded().Entries()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		whole, err := schema.Embedded().Type(e.ID, e.Family)
		if err != nil {
			t.Fatal(err)
		}
		if e.Family != schema.Payload {
			continue
		}
		for _, spoil := range []func(string) string{swapCase, swapLetters, func(s string) string { return s }} {
			var b strings.Builder
			for _, k := range whole.Keys[:min(len(whole.Keys), 60)] {
				if value := plainValue(k, spoil); value != "" && k.Name != schema.Any && !strings.HasPrefix(k.Name, "Payload") {
					fmt.Fprintf(&b, "<key>%s</key>%s\n", spoil(k.Name), value)
				}
			}
			text := strings.Replace(wifi, "<key>SSID_STR</key>\n\t\t\t<string>Büro &amp; Café</string>", b.String(), 1)
			fixed += keepsMeaning(t, e.ID, strings.Replace(text, "com.apple.wifi.managed", e.PayloadType, 1), on)
		}
	}
	if fixed < 500 {
		t.Errorf("%d corrections were made, which is too few to tell", fixed)
	}
}

func meaningTargets(t *testing.T) []target.Target {
	t.Helper()
	var on []target.Target
	for _, name := range []string{"iOS@26/supervised", "iOS@27/manual", "macOS@26/device", "macOS@27/device"} {
		to, err := target.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		on = append(on, to)
	}
	return on
}

// swapCase turns the case of each letter round.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ToUpper(string(r)) == string(r) {
			return []rune(strings.ToLower(string(r)))[0]
		}
		return []rune(strings.ToUpper(string(r)))[0]
	}, s)
}

// swapLetters swaps two letters in the middle.
func swapLetters(s string) string {
	i := len(s) / 2
	if i < 2 {
		return s
	}
	return s[:i-1] + s[i:i+1] + s[i-1:i] + s[i+1:]
}

// plainValue is a value of a key in XML, of the wrong type where the fix may correct that, or "" for one that holds others.
func plainValue(k *schema.Key, spoil func(string) string) string {
	switch {
	case k.Kind == plist.Boolean:
		return "<integer>0</integer>"
	case k.Kind == plist.Integer:
		return "<string>1</string>"
	case k.Kind == plist.String && len(k.RangeList) > 0:
		return "<string>" + spoil(k.RangeList[0].Text) + "</string>"
	case k.Kind == plist.String:
		return "<integer>1</integer>"
	}
	return ""
}

func keepsMeaning(t *testing.T, name, text string, on []target.Target) (fixed int) {
	t.Helper()
	r, err := fix.Run("f", []byte(text), checkText(), false)
	if err != nil {
		t.Fatal(err)
	}
	before, after := rootOf(text), rootOf(string(r.Data))
	if before == nil {
		return len(r.Fixed) // no device reads it, so it was nothing
	}
	retyped := map[string]bool{} // which a device refuses or reads as what the fix writes, and coverage does not read at all
	typeFixed := false           // what was set in a type that nobody lists was nothing, as far as anybody knows
	for _, d := range r.Fixed {
		typeFixed = typeFixed || d.Rule == "unknown-payload-type"
		if d.Rule == "wrong-type" {
			retyped[d.Path.String()[strings.LastIndex(d.Path.String(), ".")+1:]] = true
		}
	}
	had, has := meaningsOf(t, before, on), meaningsOf(t, after, on)
	for setting, meaning := range had {
		key, _, _ := strings.Cut(setting[strings.LastIndex(setting[:strings.Index(setting, " ")], ".")+1:], " ")
		if got := has[setting]; got != meaning && !retyped[key] && !(typeFixed && strings.Contains(meaning, "is in no schema or manifest")) {
			t.Errorf("%s: %s was %q, is %q", name, setting, meaning, got)
		}
	}
	for _, d := range r.Fixed {
		for _, e := range d.Fix.Edits {
			written := plainText(string(e.Span.File.Data[e.Span.Start:e.Span.End]))
			if d.Rule == "wrong-type" && written != plainText(e.Text) {
				t.Errorf("%s: %q was written as %q", name, written, e.Text)
			}
		}
	}
	return len(r.Fixed)
}

func rootOf(text string) *plist.Value {
	doc, _ := document.Open(diag.NewFile("f", []byte(text)))
	if !doc.Whole {
		return nil
	}
	return doc.Root
}

// meaningsOf maps each setting that means something to a device to its class and condition on each target.
func meaningsOf(t *testing.T, root *plist.Value, on []target.Target) map[string]string {
	t.Helper()
	m, err := coverage.Keys([]coverage.File{{Name: "f", Root: root}}, on, schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	meanings := map[string]string{}
	for _, row := range m.Rows {
		for _, cell := range row.Cells {
			if cell.Class != intent.None {
				meanings[row.Subject.Name()+" on "+cell.Target.String()] = string(cell.Class) + ", " + cell.Condition()
			}
		}
	}
	return meanings
}

// plainText is what a scalar in XML says, whatever its type.
func plainText(xml string) string {
	text := strings.NewReplacer("<integer>", "", "</integer>", "", "<string>", "", "</string>", "", "<real>", "", "</real>", "", ".0", "",
		"<true/>", "1", "<false/>", "0").Replace(strings.ToLower(xml))
	switch text {
	case "true":
		return "1"
	case "false":
		return "0"
	}
	return text
}
