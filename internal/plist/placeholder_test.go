package plist

import (
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
)

func TestPlaceholders(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"plain":                    "",
		"{{NAME}} and ${OTHER}":    "{{NAME}} ${OTHER}",
		"{{ .Name | lower }}":      "{{ .Name | lower }}",
		"$SERIALNUMBER-$x1":        "$SERIALNUMBER $x1",
		"cost $5, $ 6, $":          "",
		"%HardwareUUID%":           "%HardwareUUID%",
		"100% of %":                "",
		"https://a/%C3%A9%20b":     "",
		"https://a/%C3%NAME%":      "%NAME%",
		"@SSID@":                   "@SSID@",
		"a@b@c and me@example.com": "",
		"${FLEET_VAR_HOST_UUID}":   "${FLEET_VAR_HOST_UUID}",
		"{single} {{}}":            "",
		"https://dns/{?dns}":       "",
	} {
		if got := strings.Join(Placeholders(text), " "); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]bool{"{{A}}": true, " {{A}} $BB\n": true, "x{{A}}": false, "": false, " ": false, "{{A}}.": false} {
		if got := IsPlaceholder(text); got != want {
			t.Errorf("%q is nothing but placeholders: got %t", text, got)
		}
	}
}

// template reads a profile with what stands in its dictionary, and shows the values that are left for later.
func TestReadTemplate(t *testing.T) {
	for _, c := range []struct {
		name, inside string
		want         string // "path text" of each, separated by semicolons
		incomplete   bool
		rules        string // errors that stay
	}{
		{name: "integer", inside: "<key>A</key><integer>{{N}}</integer>", want: "A {{N}}"},
		{name: "part of an integer", inside: "<key>A</key><integer>1{{N}}</integer>", want: "A 1{{N}}"},
		{name: "real", inside: "<key>A</key><real>${N}</real>", want: "A ${N}"},
		{name: "date", inside: "<key>A</key><date>%YEAR%-01-01T00:00:00Z</date>", want: "A %YEAR%-01-01T00:00:00Z"},
		{name: "data", inside: "<key>A</key><data>\n@CERT@\n</data>", want: "A @CERT@"},
		{name: "string stays one", inside: "<key>A</key><string>{{N}}</string>"},
		{name: "bare", inside: "<key>A</key> $VALUE <key>B</key><true/>", want: "A $VALUE"},
		{name: "bare in an array", inside: "<key>A</key><array><true/>{{ITEM}}</array>", want: "A[1] {{ITEM}}"},
		{name: "an element's name", inside: "<key>A</key><{{FLAG}}/>", want: "A <{{FLAG}}/>"},
		{name: "keys to come", inside: "<key>A</key><true/>{{#if B}}<key>B</key><true/>{{/if}}", incomplete: true},
		{name: "other text", inside: "<key>A</key><true/>x {{B}}", rules: "text-between-elements"},
		{name: "no number and no placeholder", inside: "<key>A</key><integer>many</integer>", rules: "bad-integer"},
		{name: "two in place of one", inside: "<key>A</key>{{B}} {{C}}", want: "A {{B}} {{C}}"},
		{name: "a percent sign", inside: "<key>A</key><integer>5%</integer>", rules: "bad-integer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, found := ReadTemplate(diag.NewFile("f", []byte(`<plist version="1.0"><dict>`+c.inside+`</dict></plist>`)))
			var rules, left []string
			for _, d := range found {
				rules = append(rules, d.Rule)
			}
			eachLeft(doc.Root, "", func(path string, v *Value) { left = append(left, path+" "+v.Text) })
			if got := strings.Join(left, "; "); got != c.want {
				t.Errorf("left are %q, want %q", got, c.want)
			}
			if got := strings.Join(rules, " "); got != c.rules {
				t.Errorf("found %q, want %q", got, c.rules)
			}
			if doc.Incomplete != c.incomplete {
				t.Errorf("incomplete is %t", doc.Incomplete)
			}
			if n := len(doc.Placeholders); (n > 0) != (c.want != "" || c.incomplete) {
				t.Errorf("%d placeholders are noted", n)
			}
			// Without the word template nothing of this passes.
			if _, strict := Read(diag.NewFile("f", []byte(`<plist version="1.0"><dict>`+c.inside+`</dict></plist>`))); len(doc.Placeholders) > 0 && !diag.HasErrors(strict) {
				t.Error("Read takes it too")
			}
		})
	}
}

func eachLeft(v *Value, path string, f func(string, *Value)) {
	if v.Kind == Null {
		f(path, v)
	}
	for _, field := range v.Fields {
		eachLeft(field.Value, strings.TrimPrefix(path+"."+field.Key, "."), f)
	}
	for i, item := range v.Items {
		eachLeft(item, path+"["+string(rune('0'+i))+"]", f)
	}
}

// What ReadTemplate finds beyond Read's values are placeholders and nothing else: a file that Read takes means the same to both.
func FuzzTemplateReadsWhatReadReads(f *testing.F) {
	for _, v := range slices.Concat(xmlViolations(), binaryViolations()) {
		f.Add([]byte(v.input))
	}
	f.Add([]byte(`<plist version="1.0"><dict><key>A</key><integer>{{N}}</integer>{{B}}<key>C</key><@D@/></dict></plist>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, found := Read(diag.NewFile("f", data))
		template, more := ReadTemplate(diag.NewFile("f", data))
		if doc == nil || diag.HasErrors(found) {
			return
		}
		if len(found) != len(more) || !Equal(doc.Root, template.Root) {
			t.Errorf("Read found %v, ReadTemplate %v", found, more)
		}
	})
}
