package plist_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

const head = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
`

func TestReformat(t *testing.T) {
	for _, c := range []struct{ name, in, want, kept string }{
		{"keys are sorted", `<plist version="1.0"><dict><key>b</key><true/><key>a</key><string>x</string></dict></plist>`,
			head + "<plist version=\"1.0\">\n<dict>\n\t<key>a</key>\n\t<string>x</string>\n\t<key>b</key>\n\t<true/>\n</dict>\n</plist>\n",
			head + "<plist version=\"1.0\">\n<dict>\n\t<key>b</key>\n\t<true/>\n\t<key>a</key>\n\t<string>x</string>\n</dict>\n</plist>\n"},
		{"a comment goes with the key below it", "<plist version='1.0'>\n<dict>\n<key>b</key>\n<true/>\n<!-- of a -->\n<key>a</key><true/></dict></plist>",
			head + "<plist version=\"1.0\">\n<dict>\n\t<!-- of a -->\n\t<key>a</key>\n\t<true/>\n\t<key>b</key>\n\t<true/>\n</dict>\n</plist>\n", ""},
		{"a comment at the end of a line stays there", "<plist><dict> <!-- open -->\n<key>b</key>\n<true/> <!-- b -->\n<key>a</key><true/>  <!-- a -->\n<!-- end --></dict></plist>",
			head + "<plist version=\"1.0\">\n<dict> <!-- open -->\n\t<key>a</key>\n\t<true/> <!-- a -->\n\t<key>b</key>\n\t<true/> <!-- b -->\n\t<!-- end -->\n</dict>\n</plist>\n", ""},
		{"between a key and its value", "<plist><dict><key>a</key><!-- why --><array><!-- none --></array></dict></plist>",
			head + "<plist version=\"1.0\">\n<dict>\n\t<key>a</key>\n\t<!-- why -->\n\t<array>\n\t\t<!-- none -->\n\t</array>\n</dict>\n</plist>\n", ""},
		{"around the property list", "<?xml version='1.0'?><!-- 1 --><!DOCTYPE plist><!-- 2 --><plist><!-- <plist 3 --><array/><!-- 4 --></plist><!-- 5 -->\n<!-- </plist 6 -->",
			head + "<!-- 1 -->\n<!-- 2 -->\n<!-- <plist 3 -->\n<plist version=\"1.0\">\n<array/>\n<!-- 4 -->\n</plist>\n<!-- 5 -->\n<!-- </plist 6 -->\n", ""},
		{"lines of a comment stay as they are", "<plist><array>\r\n<!-- one\r\n\t two -->\r\n<true/></array></plist>",
			head + "<plist version=\"1.0\">\n<array>\n\t<!-- one\n\t two -->\n\t<true/>\n</array>\n</plist>\n", ""},
		{"an instruction", "<plist><array><?editor folded?><true/></array></plist>",
			head + "<plist version=\"1.0\">\n<array>\n\t<?editor folded?>\n\t<true/>\n</array>\n</plist>\n", ""},
		{"Apple's escaping", "\xef\xbb\xbf<plist><array><string>&#60;<![CDATA[&\"]]>&apos;\t&#13;</string><string></string><dict></dict></array></plist>",
			head + "<plist version=\"1.0\">\n<array>\n\t<string>&lt;&amp;\"'\t&#13;</string>\n\t<string></string>\n\t<dict/>\n</array>\n</plist>\n", ""},
		{"placeholders", "<plist><dict><key>n</key><integer>{{N}}</integer><key>a</key>{{VALUE}}<key>b</key><{{FLAG}}/></dict></plist>",
			head + "<plist version=\"1.0\">\n<dict>\n\t<key>a</key>\n\t{{VALUE}}\n\t<key>b</key>\n\t<{{FLAG}}/>\n\t<key>n</key>\n\t<integer>{{N}}</integer>\n</dict>\n</plist>\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, findings := plist.ReadTemplate(diag.NewFile("in", []byte(c.in)))
			if diag.HasErrors(findings) {
				t.Fatal(findings)
			}
			for keep, want := range map[bool]string{false: c.want, true: c.kept} {
				got, err := doc.Reformat(keep)
				if err != nil || want != "" && string(got) != want {
					t.Errorf("keep order %v: %v\n%s\nwant:\n%s", keep, err, got, want)
				}
			}
		})
	}
}

func TestReformatRefuses(t *testing.T) {
	for _, in := range []string{
		"bplist00\xd0\x08\x00\x00\x00\x00\x00\x00\x01\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09",
		"<plist><dict>{{KEYS}}</dict></plist>",
		"<plist>" + strings.Repeat("<!---->", plist.MaxNodes+1) + "<true/></plist>",
	} {
		doc, _ := plist.ReadTemplate(diag.NewFile("in", []byte(in)))
		if out, err := doc.Reformat(false); err == nil {
			t.Errorf("%.200q is formed:\n%.200s", in, out)
		}
	}
}

func FuzzFormKeepsContentAndCommentsAndIsIdempotent(f *testing.F) {
	for _, s := range []string{
		"<plist><dict><!-- a --><key>b</key><!-- c --><true/><!-- d --><key>a</key><array><!-- e --></array> <!-- f -->\n<!-- g --></dict></plist><!-- h -->",
		"<plist><array><string><![CDATA[<!-- no -->]]></string><data>\n AAAA </data><!-- x --></array></plist>",
		"<plist><dict><key></key><integer>{{N}}</integer></dict></plist>",
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, data []byte, keepOrder bool) {
		doc, findings := plist.ReadTemplate(diag.NewFile("in", data))
		if doc == nil || doc.Root == nil || doc.Format != plist.XML || doc.Incomplete || diag.HasErrors(findings) {
			t.Skip()
		}
		once, err := doc.Reformat(keepOrder) // which compares content and counts comments itself
		if err != nil {
			if strings.Contains(err.Error(), "back") {
				t.Fatal(err)
			}
			t.Skip()
		}
		again, findings := plist.ReadTemplate(diag.NewFile("out", once))
		if len(findings) > 0 {
			t.Fatalf("what was formed has findings: %v\n%s", findings, once)
		}
		twice, err := again.Reformat(keepOrder)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%v\nonce:\n%s\ntwice:\n%s", err, once, twice)
		}
		if !keepOrder && !bytes.Contains(data, []byte("<!--")) && !bytes.Contains(data, []byte("<?")) && len(again.Placeholders) == 0 {
			if written, err := plist.Write(doc.Root); err != nil || !bytes.Equal(written, once) {
				t.Fatalf("%v\nWrite:\n%s\nForm:\n%s", err, written, once)
			}
		}
	})
}

// How much longer forming a profile takes than reading it: it reads twice and writes once.
func BenchmarkFormAgainstRead(b *testing.B) {
	var text strings.Builder
	text.WriteString("<plist version=\"1.0\"><dict>")
	for i := range 2000 {
		text.WriteString("<!-- of it --><key>k" + strconv.Itoa(i) + "</key><array><string>some text</string><true/></array>\n")
	}
	text.WriteString("</dict></plist>")
	file := diag.NewFile("in", []byte(text.String()))
	var read, form time.Duration
	for b.Loop() {
		start := time.Now()
		doc, _ := plist.ReadTemplate(file)
		read += time.Since(start)
		start = time.Now()
		if _, err := doc.Reformat(false); err != nil {
			b.Fatal(err)
		}
		form += time.Since(start)
	}
	b.ReportMetric(float64(form)/float64(read), "form/read")
}
