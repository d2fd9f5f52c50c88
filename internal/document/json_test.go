package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules/rule"
)

func TestJSONValues(t *testing.T) {
	d, found := open(`{"s": "x\n\u00e9\ud83d\ude00", "e": "", "i": 1, "n": -9223372036854775808, "u": 18446744073709551615, "z": -0,
 "r": 1.5, "x": 1e3, "t": true, "f": false, "o": null, "a": [1, [], {}]}`)
	if len(found) > 0 {
		t.Fatal(found)
	}
	want := plist.NewDictionary().
		Set("s", plist.NewString("x\né😀")).Set("e", plist.NewString("")).
		Set("i", plist.NewInteger(1)).Set("n", plist.NewInteger(-1<<63)).
		Set("u", &plist.Value{Kind: plist.Integer, Int: plist.Int{Abs: 1<<64 - 1}}).Set("z", plist.NewInteger(0)).
		Set("r", plist.NewReal(1.5)).Set("x", plist.NewReal(1000)).
		Set("t", plist.NewBoolean(true)).Set("f", plist.NewBoolean(false)).Set("o", &plist.Value{}).
		Set("a", plist.NewArray(plist.NewInteger(1), plist.NewArray(), plist.NewDictionary()))
	if !plist.Equal(d.Root, want) {
		t.Error(cmp.Diff(want, d.Root))
	}
}

// The text at the place of every key and value is what a person would underline.
func TestJSONPlaces(t *testing.T) {
	for _, bom := range []string{"", utf8BOM} {
		source := bom + "\n{ \"ké\" : \"wört\", \"e\":\"\",\"n\":-1.5 , \"a\" : [ true,null ] }"
		d, _ := open(source)
		var got []string
		add := func(s diag.Span) { got = append(got, string(d.File.Data[s.Start:s.End])) }
		for _, f := range d.Root.Fields {
			add(f.KeySpan)
			add(f.Value.Span)
			for _, item := range f.Value.Items {
				add(item.Span)
			}
		}
		add(d.Root.Span)
		want := []string{"ké", "wört", "e", `""`, "n", "-1.5", "a", "[ true,null ]", "true", "null", strings.TrimPrefix(source, bom+"\n")}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestJSONViolations(t *testing.T) {
	deep := strings.Repeat(`{"a":`, plist.MaxDepth-1)
	for _, c := range []struct{ name, content, rule, at string }{
		{"duplicate key", `{"a": 1, "b": {"a": 2}, "a": 3}`, rule.DuplicateKey, "1:26"},
		{"duplicate key, escaped", `{"a": 1, "\u0061": 3}`, rule.DuplicateKey, "1:11"},
		{"duplicate empty key", `{"": 1, "": 3}`, rule.DuplicateKey, "1:9"},
		{"object behind", "{}\n{}", rule.ContentAfterJSON, "2:1"},
		{"text behind", `{"a":1} x`, rule.ContentAfterJSON, "1:9"},
		{"NUL behind", "{\"a\":1}\x00", rule.ContentAfterJSON, "1:8"},
		{"invalid UTF-8", "{\"a\": \"\xff\"}", rule.InvalidUTF8, "1:8"},
		{"surrogate as UTF-8", "{\"a\": \"\xed\xa0\x80\"}", rule.InvalidUTF8, "1:8"},
		{"half a character", `{"a": "\ud83d"}`, rule.InvalidUTF16, "1:7"},
		{"half a character in a key", `{"\uDE00": 1}`, rule.InvalidUTF16, "1:2"},
		{"cut off", `{"a": [1`, rule.TruncatedFile, "1:9"},
		{"cut off at once", `{`, rule.TruncatedFile, "1:2"},
		{"trailing comma", `{"a": 1,}`, rule.MalformedJSON, "1:9"},
		{"comment", "{\n// x\n\"a\": 1}", rule.MalformedJSON, "2:1"},
		{"bare key", `{a: 1}`, rule.MalformedJSON, "1:2"},
		{"single quotes", `{'a': 1}`, rule.MalformedJSON, "1:2"},
		{"leading zero", `{"a": 01}`, rule.MalformedJSON, "1:8"},
		{"NaN", `{"a": NaN}`, rule.MalformedJSON, "1:7"},
		{"raw line feed in a string", "{\"a\": \"x\ny\"}", rule.MalformedJSON, "1:9"},
		{"wrong bracket", `{"a": [1}`, rule.MalformedJSON, "1:9"},
		{"byte order mark", utf8BOM + `{"a": 1}`, rule.ByteOrderMark, "1:1"},
		{"a character of four bytes", `{"a": 😀}`, rule.MalformedJSON, "1:7"},
		{"byte order mark, malformed", utf8BOM + `{"a": ?}`, rule.ByteOrderMark + " " + rule.MalformedJSON, "1:7"},
		{"large integer", `{"a": 18446744073709551616}`, rule.NumberOutOfRange, "1:7"},
		{"small integer", `{"a": -9223372036854775809}`, rule.NumberOutOfRange, "1:7"},
		{"large real", `{"a": 1e999}`, rule.NumberOutOfRange, "1:7"},
		{"as deep as allowed", deep + `{}` + strings.Repeat("}", plist.MaxDepth-1), "", ""},
		{"too deep", deep + `[{}]` + strings.Repeat("}", plist.MaxDepth-1), rule.NestingTooDeep, "1:637"},
		{"brackets in strings are no depth", `{"a": "` + strings.Repeat(`[\"`, 500) + `"}`, "", ""},
		{"too many values", `{"a": [` + strings.Repeat("1,", plist.MaxNodes) + `1]}`, rule.TooManyValues, "1:200004"},
		{"replacement character is text", `{"a": "\ufffd�"}`, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, found := open(c.content)
			if got := rules(found); got != c.rule {
				t.Fatalf("found %q, want %q: %v", got, c.rule, found)
			}
			if d.Kind() != Declaration {
				t.Errorf("kind is %q", d.Kind())
			}
			if c.rule == "" {
				return
			}
			last := found[len(found)-1]
			p := d.File.Position(last.Span.Start)
			if got := fmt.Sprintf("%d:%d", p.Line, p.Column); got != c.at {
				t.Errorf("at %s, want %s", got, c.at)
			}
			if last.Message == "" || strings.HasSuffix(last.Message, ".") {
				t.Errorf("message is %q", last.Message)
			}
		})
	}
}

// A byte order mark is skipped, and said.
func TestJSONByteOrderMarkIsAWarning(t *testing.T) {
	d, found := open(utf8BOM + `{"a": 1}`)
	if len(found) != 1 || found[0].Severity != diag.Warning || d.Root.Get("a") == nil {
		t.Errorf("found %v", found)
	}
}

// A file full of violations has a bounded number of findings, and says so.
func TestJSONFindingsAreBounded(t *testing.T) {
	_, found := open(`{` + strings.Repeat(`"a":1,`, 5000) + `"b":1}`)
	if len(found) != maxFindings+1 || !strings.Contains(rules(found), rule.TooManyFindings) {
		t.Errorf("%d findings", len(found))
	}
}

// What Open takes without an error is what encoding/json takes, and nothing that it refuses passes.
func FuzzJSONAgreesWithTheStandardLibrary(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,2.5,"x",true,null]}`, `{"a":1,}`, `{"a" 1}`, `{"a":1}}`, "{\"\\u00e9\":-0}", `{"a":[1 2]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !isJSON(data) {
			return
		}
		d, found := Open(diag.NewFile("f", data))
		if diag.HasErrors(found) {
			return
		}
		var native map[string]any
		if err := json.Unmarshal(bytes.TrimPrefix(data, []byte(utf8BOM)), &native); err != nil {
			t.Fatalf("%q passes, but %v", data, err)
		}
		if len(native) != len(d.Root.Fields) {
			t.Fatalf("%q has %d keys, want %d", data, len(d.Root.Fields), len(native))
		}
		for key := range native {
			if d.Root.Field(key) == nil {
				t.Fatalf("%q lacks key %q", data, key)
			}
		}
	})
}
