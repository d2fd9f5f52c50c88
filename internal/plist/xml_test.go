package plist

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
)

func TestReadXML(t *testing.T) {
	unsigned := func(n uint64) *Value { return &Value{Kind: Integer, Int: Int{Abs: n}} }
	tests := []struct {
		body string
		want *Value
	}{
		{"<dict/>", NewDictionary()},
		{"<dict></dict >", NewDictionary()},
		{"<array />", NewArray()},
		{"<string/>", NewString("")},
		{"<string> a\n </string>", NewString(" a\n ")},
		{"<string>a\r\nb\rc&#13;d</string>", NewString("a\nb\nc\rd")},
		{"<string>&lt;&gt;&amp;&apos;&quot;&#65;&#x1F600;</string>", NewString("<>&'\"A😀")},
		{"<string>a]]<![CDATA[<b>&amp;]] ]]>c<![CDATA[]]></string>", NewString("a]]<b>&amp;]] c")},
		{"<string><![CDATA[]]]]><![CDATA[>]]></string>", NewString("]]>")},
		{"<string>a</string\n>", NewString("a")},
		{"<true/>", NewBoolean(true)},
		{"<true></true>", NewBoolean(true)},
		{"<false />", NewBoolean(false)},
		{"<integer>0</integer>", NewInteger(0)},
		{"<integer>-0</integer>", NewInteger(0)},
		{"<integer>+007</integer>", NewInteger(7)},
		{"<integer>\n\t12</integer>", NewInteger(12)},
		{"<integer>0x1F</integer>", NewInteger(31)},
		{"<integer>-0Xff</integer>", NewInteger(-255)},
		{"<integer>-9223372036854775808</integer>", NewInteger(math.MinInt64)},
		{"<integer>18446744073709551615</integer>", unsigned(math.MaxUint64)},
		{"<real>1</real>", NewReal(1)},
		{"<real>-.5e+1</real>", NewReal(-5)},
		{"<real> 1.</real>", NewReal(1)},
		{"<real>&#49;.5</real>", NewReal(1.5)},
		{"<real>NaN</real>", NewReal(math.NaN())},
		{"<real>+Infinity</real>", NewReal(math.Inf(1))},
		{"<real>-inf</real>", NewReal(math.Inf(-1))},
		{"<date>2026-11-22T23:59:59Z</date>", NewDate(time.Date(2026, 11, 22, 23, 59, 59, 0, time.UTC))},
		{"<data></data>", NewData(nil)},
		{"<data>\n\tAAEC\n\t/w==\n</data>", NewData([]byte{0, 1, 2, 255})},
		{"<!-- a --><?b c?><array><!-- a --><true/><!----></array>", NewArray(NewBoolean(true))},
		{"<dict><key>b</key><!-- a --><true/><key>a&amp;<![CDATA[<]]></key><array/></dict>",
			NewDictionary(Field{Key: "b", Value: NewBoolean(true)}, Field{Key: "a&<", Value: NewArray()})},
		{"<dict><key>CF$UID</key><integer>1</integer></dict>", NewDictionary(Field{Key: "CF$UID", Value: NewInteger(1)})},
	}
	for _, test := range tests {
		t.Run(test.body, func(t *testing.T) {
			for _, frame := range []string{"<plist>%s</plist>", xmlHeader + "%s\n</plist>\n", utf8BOM + "<?xml version='1.0' standalone='no' ?>\r\n<plist version='1.0' >%s</plist >"} {
				doc, ds := Read(diag.NewFile("a", []byte(fmt.Sprintf(frame, test.body))))
				if len(ds) > 0 {
					t.Fatalf("findings: %v", describe(ds))
				}
				if !Equal(test.want, doc.Root) {
					t.Errorf("value is %s, want %s", doc.Root.Describe(), test.want.Describe())
				}
				if !slices.Equal(keysOf(test.want), keysOf(doc.Root)) {
					t.Errorf("keys are %q, want %q", keysOf(doc.Root), keysOf(test.want))
				}
			}
		})
	}
}

func keysOf(v *Value) (keys []string) {
	for _, f := range v.Fields {
		keys = append(keys, f.Key)
	}
	return keys
}

// TestSpans cuts the text out at each span.
func TestSpans(t *testing.T) {
	const text = `<plist version="1.0">
<dict>
	<key>Ключ</key>
	<array><true/><string>é &amp; <![CDATA[x]]></string><string></string><data>
		AAAA
		AA==
	</data><dict/></array>
	<key></key><integer> 1</integer>
	<key>Last</key><false></false>
</dict>
</plist>`
	doc, ds := Read(diag.NewFile("a", []byte(text)))
	if len(ds) > 0 {
		t.Fatal(describe(ds))
	}
	cut := func(s diag.Span) string { return text[s.Start:s.End] }
	var got []string
	walk(doc.Root, func(v *Value) {
		if v.Kind != Dictionary || len(v.Fields) == 0 {
			got = append(got, cut(v.Span))
		}
		for _, f := range v.Fields {
			got = append(got, "key "+cut(f.KeySpan))
		}
	})
	want := []string{
		"key Ключ", "key <key></key>", "key Last",
		text[strings.Index(text, "<array>") : strings.Index(text, "</array>")+len("</array>")],
		"<true/>", "é &amp; <![CDATA[x]]>", "<string></string>", "AAAA\n\t\tAA==", "<dict/>",
		" 1", "<false></false>",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("spans differ (-want +got):\n%s", diff)
	}
	if s := cut(doc.Root.Span); !strings.HasPrefix(s, "<dict>\n") || !strings.HasSuffix(s, "\n</dict>") {
		t.Errorf("the root spans %q", s)
	}
	if doc.File != doc.Root.Span.File || doc.File.Position(doc.Root.Fields[0].Value.Items[0].Span.Start) != (diag.Position{Line: 4, Column: 9}) {
		t.Error("positions are not those of the file")
	}
}

func walk(v *Value, visit func(*Value)) {
	visit(v)
	for _, item := range v.Items {
		walk(item, visit)
	}
	for _, f := range v.Fields {
		walk(f.Value, visit)
	}
}

func TestEncodings(t *testing.T) {
	const body = "<plist>\n<string>é€😀</string></plist>"
	tests := []struct {
		name, input, want string
		same              bool // the spans point into the input itself
	}{
		{"UTF-8", body, "é€😀", true},
		{"UTF-8 with byte order mark", utf8BOM + body, "é€😀", true},
		{"UTF-8 declared", `<?xml version="1.0" encoding="utf-8"?>` + body, "é€😀", true},
		{"UTF-16 little endian", "\xff\xfe" + encodeUTF16(body, false), "é€😀", false},
		{"UTF-16 big endian", "\xfe\xff" + encodeUTF16(body, true), "é€😀", false},
		{"UTF-16 declared", encodeUTF16(`<?xml version="1.0" encoding="UTF-16LE"?>`+body, false), "é€😀", false},
		{"ISO-8859-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><plist>\n<string>\xe9\x80</string></plist>", "é\u0080", false},
		{"ISO-8859-1 that is ASCII", "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><plist>\n<string>e</string></plist>", "e", true},
		{"US-ASCII", "<?xml version=\"1.0\" encoding=\"US-ASCII\"?><plist>\n<string>e</string></plist>", "e", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := diag.NewFile("a", []byte(test.input))
			doc, ds := Read(f)
			if len(ds) > 0 {
				t.Fatal(describe(ds))
			}
			if doc.Root.Text != test.want {
				t.Errorf("text is %q, want %q", doc.Root.Text, test.want)
			}
			if (doc.File == f) != test.same || doc.File.Name != "a" {
				t.Errorf("the file is not as it should be: same is %v", doc.File == f)
			}
			s := doc.Root.Span
			if got := string(s.File.Data[s.Start:s.End]); got != test.want {
				t.Errorf("the span covers %q, want %q", got, test.want)
			}
			if p := s.File.Position(s.Start); p != (diag.Position{Line: 2, Column: 9}) {
				t.Errorf("position is %v", p)
			}
		})
	}
}

// encodeUTF16 encodes text with characters beyond the first plane too.
func encodeUTF16(s string, bigEndian bool) string {
	var b strings.Builder
	for _, r := range s {
		if r < 0x10000 {
			b.WriteString(utf16Text(string(r), bigEndian))
			continue
		}
		for _, unit := range []rune{0xD800 + (r-0x10000)>>10, 0xDC00 + (r-0x10000)&0x3FF} {
			high, low := byte(unit>>8), byte(unit)
			if !bigEndian {
				high, low = low, high
			}
			b.Write([]byte{high, low})
		}
	}
	return b.String()
}

// TestPartialTree shows what is left when something is wrong.
func TestPartialTree(t *testing.T) {
	tests := []struct {
		body string
		want *Value
	}{
		{"<dict><key>a</key><integer>x</integer><key>b</key><true/></dict>",
			NewDictionary(Field{Key: "a", Value: NewInteger(0)}, Field{Key: "b", Value: NewBoolean(true)})},
		{"<dict><key>a</key><true/><key>a</key><false/></dict>",
			NewDictionary(Field{Key: "a", Value: NewBoolean(true)}, Field{Key: "a", Value: NewBoolean(false)})},
		{"<dict><key>a</key><key>b</key><true/><false/></dict>", NewDictionary(Field{Key: "b", Value: NewBoolean(true)})},
		{"<array><foo><true/></foo><string>a<b>c</b></string><false/></array>", NewArray(NewString(""), NewBoolean(false))},
		{"<array><array><true/>", NewArray(NewArray(NewBoolean(true)))},
		{"<true/><false/>", NewBoolean(true)},
	}
	for _, test := range tests {
		doc, ds := Read(diag.NewFile("a", []byte("<plist>"+test.body+"</plist>")))
		if !diag.HasErrors(ds) {
			t.Errorf("%s: no error", test.body)
		}
		if diff := cmp.Diff(test.want, doc.Root, cmpopts.IgnoreTypes(diag.Span{}), cmpopts.IgnoreFields(Value{}, "Unread")); diff != "" {
			t.Errorf("%s: value differs (-want +got):\n%s", test.body, diff)
		}
	}
}

func TestUnusable(t *testing.T) {
	for input, wantDocument := range map[string]bool{
		"": false, "{}": false, "<html/>": false, "\x30\x82": false,
		"bplist00": true, "<rss/>": true,
		"<plist>" + strings.Repeat("<array>", MaxDepth+1): true,
	} {
		doc, ds := Read(diag.NewFile("a", []byte(input)))
		if !diag.HasErrors(ds) || (doc != nil) != wantDocument || doc != nil && doc.Root != nil {
			t.Errorf("%.20q: document %v with findings %v", input, doc, describe(ds))
		}
	}
}

func TestManyFindings(t *testing.T) {
	doc, ds := Read(diag.NewFile("a", []byte("<plist><dict>"+strings.Repeat("<key>a</key>", maxFindings+2)+"</dict></plist>")))
	if len(ds) != maxFindings+1 || ds[maxFindings].Rule != rule.TooManyFindings || doc.Root != nil {
		t.Errorf("%d findings, want %d and the one that says so", len(ds), maxFindings)
	}
}

// TestRelated shows that findings about two places name the other one.
func TestRelated(t *testing.T) {
	for input, want := range map[string]string{
		"<plist><dict><key>a</key><true/><key>a</key><true/></dict></plist>":   "first here: a",
		"<plist><true/><false/></plist>":                                       "the first value: <true/>",
		"<plist><dict>":                                                        "opened here: <dict>",
		"<plist><dict><key>a</key><array></dict></plist>":                      "not closed: <array>",
		"<plist><dict><key>a</key><string>b<key>c</key><true/></dict></plist>": "opened here: <string>",
	} {
		_, ds := Read(diag.NewFile("a", []byte(input)))
		if len(ds) != 1 || len(ds[0].Related) != 1 {
			t.Fatalf("%s: findings are %v", input, describe(ds))
		}
		r := ds[0].Related[0]
		if got := r.Message + ": " + input[r.Span.Start:r.Span.End]; got != want {
			t.Errorf("%s: related is %q, want %q", input, got, want)
		}
	}
}

func TestHelp(t *testing.T) {
	for input, want := range map[string]string{
		"<plist><strng>a</strng></plist>":   `did you mean "string"?`,
		"<plist><string>a</strnig></plist>": `did you mean "string"?`,
		"<Plist><dict/></Plist>":            `did you mean "plist"?`,
		"<plist><string>&</string></plist>": "write &amp; for the character itself",
	} {
		_, ds := Read(diag.NewFile("a", []byte(input)))
		if len(ds) == 0 || ds[0].Help != want {
			t.Errorf("%s: findings %v, want the help %q", input, ds, want)
		}
	}
}

// TestMessages holds every message to the house style, and keeps values that may be secret out of them.
func TestMessages(t *testing.T) {
	for _, v := range slices.Concat(xmlViolations(), binaryViolations()) {
		_, ds := Read(diag.NewFile("a", []byte(v.input)))
		for _, d := range ds {
			if strings.HasSuffix(d.Message, ".") || strings.ContainsAny(d.Message, "\n\x1b\x00\u202e") || len(d.Message) > 200 {
				t.Errorf("%s: message %q", v.name, d.Message)
			}
			if strings.HasSuffix(d.Help, ".") || d.Help != "" && (d.Help[0] < 'a' || d.Help[0] > 'z') {
				t.Errorf("%s: help %q", v.name, d.Help)
			}
		}
	}
	for _, input := range []string{"<plist><data>hunter2!</data></plist>", "<plist>hunter2</plist>", "<plist><string>hunter2<b/></string></plist>", "<plist><string>hunter2 & co</string></plist>"} {
		if _, ds := Read(diag.NewFile("a", []byte(input))); len(ds) == 0 || strings.Contains(fmt.Sprintf("%+v", ds), "hunter2") {
			t.Errorf("%s: findings show it or are missing: %v", input, describe(ds))
		}
	}
}
