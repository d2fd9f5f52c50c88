package document_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/fix"
	"syncguard/internal/plist"
)

// A mistake is an edit that spoils a right profile in a way that can be corrected: its correction is the profile as it was.
type mistake struct {
	kind, rule string
	at         diag.Span
	text       string
}

// What is corrected in the seeded profiles is corrected to the very bytes that they had, in every way of writing files down,
// and a second run has nothing to do.
func TestSeededMistakesAreCorrected(t *testing.T) {
	scores := map[string]*[3]int{}
	done := map[string]bool{}
	n, total := 0, [3]int{}
	for _, d := range seed(t) {
		payload := d.good.Get("PayloadContent").Items[0]
		id := payload.Get("PayloadType").Text + " " + d.path
		if !d.clean || done[id] {
			continue
		}
		done[id] = true
		data, err := plist.Write(d.good)
		if err != nil {
			t.Fatal(err)
		}
		form := forms[n%len(forms)]
		n++
		good := form.write(data)
		for _, m := range mistakesIn(t, good, d.path) {
			bad := slices.Concat(good[:m.at.Start], []byte(m.text), good[m.at.End:])
			for _, group := range []string{m.kind, form.name} {
				if scores[group] == nil {
					scores[group] = &[3]int{}
				}
			}
			result := tryMistake(t, m, d.path, good, bad)
			scores[m.kind][result]++
			scores[form.name][result]++
			total[result]++
		}
	}
	for _, group := range slices.Sorted(mapKeys(scores)) {
		t.Logf("%5d corrected, %4d left  %s", scores[group][corrected], scores[group][left], group)
	}
	t.Logf("%5d corrected, %4d left as they may mean several things or hold a secret, in %d keys", total[corrected], total[left], n)
	if total[corrected] < 3800 || total[left] > total[corrected]/20 {
		t.Error("too few are corrected")
	}
}

// tryMistake says whether a mistake is corrected. One that could have meant several things must be left as it is.
func tryMistake(t *testing.T, m mistake, path string, good, bad []byte) outcome {
	t.Helper()
	run := func(data []byte) fix.Result {
		r, err := fix.Run("f", data, func(f *diag.File) ([]diag.Diagnostic, error) { return checkFile(t, f), nil }, false)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := run(bad)
	switch {
	case len(r.Fixed) == 0 && bytes.Equal(r.Data, bad):
		return outcomeOf(r.Left, m.rule)
	case !bytes.Equal(r.Data, good):
		t.Errorf("%s at %s: corrected to\n%s", m.kind, path, r.Data)
	case !slices.ContainsFunc(r.Fixed, func(d diag.Diagnostic) bool { return d.Rule == m.rule }):
		t.Errorf("%s at %s: corrected %s, want %s", m.kind, path, show(r.Fixed), m.rule)
	case len(r.Left) > 0:
		t.Errorf("%s at %s: left %s", m.kind, path, show(r.Left))
	}
	if again := run(r.Data); len(again.Fixed) > 0 || !bytes.Equal(again.Data, r.Data) {
		t.Errorf("%s at %s: the second run corrects %s", m.kind, path, show(again.Fixed))
	}
	return corrected
}

type outcome uint8

const (
	corrected outcome = iota
	left
	right // the spoilt profile is a right one too
)

func outcomeOf(found []diag.Diagnostic, rule string) outcome {
	if slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Rule == rule }) {
		return left
	}
	return right
}

func checkFile(t *testing.T, f *diag.File) []diag.Diagnostic {
	t.Helper()
	doc, found := document.Open(f)
	if doc.Root == nil {
		return found
	}
	return append(found, lintRoot(t, doc.Root)...)
}

// forms are the ways in which people's files differ.
var forms = []struct {
	name  string
	write func([]byte) []byte
}{
	{"tabs", func(b []byte) []byte { return b }},
	{"CRLF", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }},
	{"spaces", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\t"), []byte("    ")) }},
	{"byte order mark", func(b []byte) []byte { return slices.Concat([]byte("\xef\xbb\xbf"), b) }},
	{"other scripts", func(b []byte) []byte {
		return bytes.ReplaceAll(b, []byte("<dict>"), []byte("<dict><!-- Grüße, 世界 😀 -->"))
	}},
	{"one line", func(b []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(b, []byte("\t"), nil), []byte("\n"), nil)
	}},
}

// mistakesIn makes the mistakes that fit the key at a path, and the payload around it.
func mistakesIn(t *testing.T, data []byte, path string) []mistake {
	doc, _ := document.Open(diag.NewFile("f", data))
	var all []mistake
	f := fieldAt(doc.Root, "", path)
	if f == nil {
		return nil
	}
	payload := doc.Root.Get("PayloadContent").Items[0]
	add := func(kind, rule string, at diag.Span, text string) { all = append(all, mistake{kind, rule, at, text}) }
	if len(f.Key) >= 6 && plainWord.MatchString(f.Key) && len(f.Key) == len([]rune(f.Key)) && !isOpen(t, payload.Get("PayloadType").Text) {
		add("key with a letter too many", "unknown-key", f.KeySpan, f.Key+"x")
		add("key with letters swapped", "unknown-key", f.KeySpan, swap(f.Key))
		add("key in another case", "unknown-key", f.KeySpan, otherCase(f.Key))
	}
	element, ok := plist.Element(f.Value.Span)
	switch v := f.Value; {
	case !ok:
	case v.Kind == plist.Boolean:
		add("boolean as an integer", "wrong-type", element, map[bool]string{true: "<integer>1</integer>", false: "<integer>0</integer>"}[v.Bool])
		add("boolean as a string", "wrong-type", element, fmt.Sprintf("<string>%t</string>", v.Bool))
	case v.Kind == plist.Integer:
		add("integer as a string", "wrong-type", element, "<string>"+v.Int.String()+"</string>")
		add("integer as a real", "wrong-type", element, "<real>"+v.Int.String()+".0</real>")
	case v.Kind == plist.String && len(v.Text) > 2:
		add("text in another case", "value-not-in-rangelist", v.Span, otherCase(v.Text))
	}
	if kind := payload.Get("PayloadType"); kind != nil && strings.HasSuffix(path, "e") {
		add("payload type with letters swapped", "unknown-payload-type", kind.Span, kind.Text[:len("com.apple.")]+swap(kind.Text[len("com.apple."):]))
	}
	if id := payload.Get("PayloadUUID"); strings.HasSuffix(path, "s") {
		add("UUID in braces", "malformed-uuid", id.Span, "{"+id.Text+"}")
	}
	return all
}

// fieldAt returns the key at a path, or nil.
func fieldAt(v *plist.Value, at, path string) *plist.Field {
	for i := range v.Fields {
		f := &v.Fields[i]
		here := strings.TrimPrefix(at+"."+f.Key, ".")
		if !plainWord.MatchString(f.Key) {
			here = at + fmt.Sprintf("[%q]", f.Key)
		}
		if here == path {
			return f
		}
		if found := fieldAt(f.Value, here, path); strings.HasPrefix(path, here) && found != nil {
			return found
		}
	}
	for i, item := range v.Items {
		if found := fieldAt(item, fmt.Sprintf("%s[%d]", at, i), path); found != nil {
			return found
		}
	}
	return nil
}

// swap exchanges two letters in the middle.
func swap(s string) string {
	b := []byte(s)
	for i := len(b) / 2; i+1 < len(b); i++ {
		if b[i] != b[i+1] {
			b[i], b[i+1] = b[i+1], b[i]
			break
		}
	}
	return string(b)
}

func otherCase(s string) string {
	if lower := strings.ToLower(s); lower != s {
		return lower
	}
	return strings.ToUpper(s)
}
