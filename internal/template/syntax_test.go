package template

import (
	"strings"
	"testing"
)

// The mistakes people ask about most, by the words of the parser: "did not find expected key", "mapping values are not allowed",
// "found character that cannot start any token".
func TestSyntaxMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"profile:\n\tscope: System\n":                 "2:1 a tab indents the line (indent with spaces)",
		"profile:\n  scope: a: b\n":                   "2:11 the value has a colon with a space after it (put the value in quotes)",
		"prevention:\n  date-time:false\n  dns: on\n": `3:6 the line above has no space after its colon (write "key: value")`,
		"profile:\n  scope: a\n   x: b\n":             "3:5 the line is indented below a line with a value of its own (begin it in the column of the keys beside it)",
		"profile:\n    scope: a\n  x: b\n":            "3:3 the line begins in another column than the keys beside it (begin the keys of one mapping",
		"payloads:\n- id: a\n type: b\n":              "3:2 the line begins in another column than the keys beside it (begin the keys of one mapping",
		"targets: [iOS\nprofile: {}\n":                "2:8 the list in [ ] is not closed (close it with ]",
		"profile: {scope: a\nvariables: {}\n":         "2:10 the mapping in { } is not closed (close it with }",
		"profile: {scope: \"a}\npayloads: []\n":       "1:18 the quote is never closed (close it, or remove it)",
		"profile:\n  scope: 'it's'\n":                 "2:14 text follows the closing quote (put the whole value in quotes",
		"profile:\n  scope: \"a\" b\n":                "2:14 text follows the closing quote (put the whole value in quotes",
		"profile:\n  scope: {{A}} b\n":                `2:16 the braces begin a mapping, and text follows it (put the whole value in quotes: "{{NAME}}")`,
		"profile:\n  scope: @home\n":                  "2:10 a value cannot begin with this character (put the value in quotes)",
		"profile:\n  scope: %A%\n":                    "2:10 a value cannot begin with this character (put the value in quotes)",
		"profile:\n  scope: \"a\\d\"\n":               "2:12 a backslash in double quotes needs one of YAML's escapes after it (double the backslash",
		"profile:\n  scope: *foo\n":                   "2:10 a * begins an alias, and no anchor (&) of its name is above (put the value in quotes",
	} {
		spec, found, err := (&Loader{}).Load(Input{Name: "t.yaml", Data: []byte(text)})
		if err != nil || spec != nil && len(found) == 0 {
			t.Errorf("%q: %v, %d findings", text, err, len(found))
			continue
		}
		got := show(found)[0]
		_, words, _ := strings.Cut(got, "invalid-yaml: ")
		words, isSyntax := strings.CutPrefix(words, "invalid YAML: ")
		place, _, _ := strings.Cut(got, "-")
		if got = place + " " + words; !isSyntax || !strings.HasPrefix(got, want) {
			t.Errorf("%q:\ngot  %s\nwant %s", text, got, want)
		}
		for _, parser := range []string{"expected", "token", "scanning", "parsing"} {
			if strings.Contains(words, parser) {
				t.Errorf("%q: the words of the parser: %s", text, words)
			}
		}
	}
	for text, want := range map[string]string{
		organization + "payloads: [{id: a, type: b, keys: {a: {{VAR}}}}]\n": `put the whole value in quotes: "{{NAME}}"`,
		organization + "prevention:\n  dns:false\n":                         `write a space after the colon: "key: value"`,
		organization + "payloads:\n  -id: a\n":                              `write a space after the dash: "- key: value"`,
	} {
		_, found, _ := (&Loader{}).Load(Input{Name: "t.yaml", Data: []byte(text)})
		if all := strings.Join(show(found), "\n"); !strings.Contains(all, want) {
			t.Errorf("%q: no %q in\n%s", text, want, all)
		}
	}
}
