package plist

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"syncguard/internal/diag"
)

// violation is an input with the findings that it must yield, each as "from-to rule path".
type violation struct {
	name, input string
	want        []string
}

func xmlViolations() []violation {
	return []violation{
		{"empty file", "", []string{"1:1-1:1 empty-file"}},
		{"white space only", " \n\t", []string{"1:1-1:1 empty-file"}},
		{"NULs only", "\x00\x00", []string{"1:1-1:1 empty-file"}},
		{"word", "hello-world", []string{"1:1-1:1 not-a-property-list"}},
		{"HTML", "\n<!doctype HTML><html></html>", []string{"1:1-1:1 not-a-property-list"}},
		{"HTML without a document type", "<HTML><body/></HTML>", []string{"1:1-1:1 not-a-property-list"}},
		{"JSON", `{"PayloadType": "Configuration"}`, []string{"1:1-1:1 not-a-property-list"}},
		{"damaged JSON", `{"PayloadType": `, []string{"1:1-1:1 not-a-property-list"}},
		{"JSON array", `[1]`, []string{"1:1-1:1 not-a-property-list"}},
		{"OpenStep dictionary", `{PayloadType = Configuration;}`, []string{"1:1-1:1 not-a-property-list"}},
		{"OpenStep array", `(a, b)`, []string{"1:1-1:1 not-a-property-list"}},
		{"CMS in DER", "\x30\x82\x01\x00\x06\x09", []string{"1:1-1:1 not-a-property-list"}},
		{"CMS in BER", "\x30\x80\x06\x09", []string{"1:1-1:1 not-a-property-list"}},
		{"ZIP", "PK\x03\x04....", []string{"1:1-1:1 not-a-property-list"}},
		{"PEM", "-----BEGIN PKCS7-----\n", []string{"1:1-1:1 not-a-property-list"}},
		{"too large", "<plist>" + strings.Repeat(" ", MaxBytes), []string{"1:1-1:1 file-too-large"}},

		{"no plist", "<dict><key>a</key><true/></dict>", []string{"1:1-1:7 warning missing-plist-element"}},
		{"no plist and no property list", "<rss><channel/></rss>", []string{"1:1-1:6 missing-plist-element"}},
		{"misspelled plist", "<pilst><dict/></pilst>", []string{"1:1-1:8 missing-plist-element"}},
		{"comment only", "<!-- nothing -->", []string{"1:17-1:17 missing-plist-element"}},
		{"empty plist", "<plist></plist>", []string{"1:1-1:16 missing-root"}},
		{"empty plist element", `<plist version="1.0"/>`, []string{"1:1-1:23 missing-root"}},
		{"two roots", "<plist><dict/><array/></plist>", []string{"1:15-1:23 multiple-roots"}},
		{"nested plist", "<plist><plist><dict/></plist></plist>", []string{"1:8-1:15 warning nested-plist"}},
		{"nested plist in an array", "<plist><array><plist><true/></plist><false/></array></plist>", []string{"1:15-1:22 warning nested-plist [0]"}},
		{"nested plist with two values", "<plist><plist><dict/><array/></plist></plist>", []string{"1:8-1:15 warning nested-plist", "1:22-1:30 multiple-roots"}},
		{"nested plist without a value", "<plist><plist/></plist>", []string{"1:8-1:16 missing-root", "1:8-1:16 warning nested-plist"}},
		{"two plists", "<plist><dict/></plist><plist><dict/></plist>", []string{"1:23-1:45 warning content-after-plist"}},
		{"text after plist", "<plist><dict/></plist>\nEVIL\n", []string{"2:1-2:5 warning content-after-plist"}},
		{"end tag after plist", "<plist><dict/></plist></plist>", []string{"1:23-1:31 warning content-after-plist"}},
		{"comment after plist is fine", "<plist><dict/></plist><!-- end -->\n", nil},
		{"text before", "JUNK <plist><dict/></plist>", []string{"1:1-1:5 text-between-elements"}},
		{"NULs and a line end behind", "<plist><dict/></plist>\x00\x00\n", []string{"1:23-2:1 warning trailing-nul"}},
		{"NUL and more behind", "<plist><dict/></plist>\x00a", []string{"1:23-1:24 illegal-character", "1:23-1:25 warning content-after-plist"}},
		{"end tag of a value forgotten", "<plist><dict><key>a</key><string>b/string>\n<key>c</key><true>\n<key>d</key><integer>x</integer></dict></plist>",
			[]string{"2:1-2:5 markup-in-value a", "3:1-3:5 markup-in-value c", "3:22-3:23 bad-integer d"}},
		{"NULs behind", "<plist><dict/></plist>\n\x00\x00", []string{"2:1-2:3 warning trailing-nul"}},

		{"unknown element", "<plist><dict><key>a</key><strnig>x</strnig><key>b</key><int>1</int></dict></plist>", []string{"1:26-1:34 unknown-element a", "1:56-1:61 unknown-element b"}},
		{"upper case element", "<plist><Dict></Dict></plist>", []string{"1:8-1:14 unknown-element"}},
		{"namespaced element", "<plist><p:dict><key>a</key></p:dict></plist>", []string{"1:8-1:16 namespaced-element"}},
		{"namespaced plist", "<p:plist><dict/></p:plist>", []string{"1:1-1:10 missing-plist-element"}},
		{"attribute", `<plist version="1.0"><dict a="1" b='2'/></plist>`, []string{"1:28-1:33 warning unexpected-attribute", "1:34-1:39 warning unexpected-attribute"}},
		{"attribute with a >", "<plist><string a=\">\">x</string></plist>", []string{"1:8-1:20 malformed-markup"}},
		{"attribute of plist", `<plist version="1.0" xmlns="x"><dict/></plist>`, []string{"1:22-1:31 warning unexpected-attribute"}},
		{"attribute without quotes", `<plist version=1.0><dict/></plist>`, []string{"1:1-1:20 malformed-markup"}},
		{"attribute without value", `<plist><dict a></dict></plist>`, []string{"1:8-1:16 malformed-markup"}},
		{"bracket in attribute", `<plist><dict a=">"></dict></plist>`, []string{"1:8-1:18 malformed-markup", "1:18-1:20 text-between-elements"}},
		{"text between elements", "<plist><dict>a<key>b</key> c <true/></dict>d</plist>", []string{"1:14-1:15 text-between-elements", "1:28-1:29 text-between-elements b", "1:44-1:45 text-between-elements"}},
		{"CDATA between elements", "<plist><array><![CDATA[a]]></array></plist>", []string{"1:15-1:28 text-between-elements [0]"}},
		{"reference between elements", "<plist><array>&#32;</array></plist>", []string{"1:15-1:20 text-between-elements [0]"}},
		{"element in string", "<plist><string>a<b>HIDDEN</b>c</string></plist>", []string{"1:17-1:20 markup-in-value"}},
		{"element in key", "<plist><dict><key>Payload<b/>Type</key><true/></dict></plist>", []string{"1:26-1:30 markup-in-value"}},
		{"comment in string", "<plist><string>a<!-- b -->c</string></plist>", []string{"1:17-1:27 markup-in-value"}},
		{"instruction in string", "<plist><string>a<?b?>c</string></plist>", []string{"1:17-1:22 markup-in-value"}},
		{"CDATA in integer", "<plist><integer><![CDATA[1]]></integer></plist>", []string{"1:17-1:30 markup-in-value"}},
		{"bare bracket in string", "<plist><string>a < b</string></plist>", []string{"1:18-1:19 malformed-markup"}},
		{"bare bracket between elements", "<plist><array>< </array></plist>", []string{"1:15-1:16 malformed-markup [0]"}},
		{"dictionary in true", "<plist><array><true><dict><key>a</key></dict></true></array></plist>", []string{"1:21-1:27 markup-in-value [0]"}},
		{"text in true", "<plist><true>false</true></plist>", []string{"1:14-1:19 content-in-boolean"}},
		{"blank in false", "<plist><false> </false></plist>", []string{"1:15-1:16 content-in-boolean"}},

		{"duplicate key", "<plist><dict><key>a</key><true/><key>b</key><true/><key>a</key><false/></dict></plist>", []string{"1:57-1:58 duplicate-key a"}},
		{"duplicate key written otherwise", "<plist><dict><key>a</key><true/><key>&#97;</key><true/></dict></plist>", []string{"1:38-1:43 duplicate-key a"}},
		{"duplicate empty key", "<plist><array><dict><key/><true/><key></key><true/></dict></array></plist>", []string{"1:34-1:45 duplicate-key [0][\"\"]"}},
		{"duplicate among many keys", "<plist><dict>" + manyKeys(40) + "<key>k7</key><true/></dict></plist>", []string{"1:849-1:851 duplicate-key k7"}},
		{"key without value", "<plist><dict><key>a</key><key>b</key><true/><key>c</key></dict></plist>", []string{"1:19-1:20 key-without-value a", "1:50-1:51 key-without-value c"}},
		{"value without key", "<plist><dict><true/><key>a</key><true/><dict/></dict></plist>", []string{"1:14-1:21 value-without-key", "1:40-1:47 value-without-key"}},
		{"key in array", "<plist><array><key>a</key><true/></array></plist>", []string{"1:15-1:27 key-outside-dictionary [0]"}},
		{"key as root", "<plist><key>a</key></plist>", []string{"1:8-1:20 key-outside-dictionary"}},

		{"integer", "<plist><array><integer></integer><integer>1.5</integer><integer>1 </integer><integer>--1</integer><integer>0x</integer><integer>1_0</integer><integer>ff</integer><integer>&#49;</integer><integer/></array></plist>", []string{"1:15-1:34 bad-integer [0]", "1:43-1:46 bad-integer [1]", "1:65-1:67 bad-integer [2]", "1:86-1:89 bad-integer [3]", "1:108-1:110 bad-integer [4]", "1:129-1:132 bad-integer [5]", "1:151-1:153 bad-integer [6]", "1:172-1:177 bad-integer [7]", "1:187-1:197 bad-integer [8]"}},
		{"integer range", "<plist><array><integer>18446744073709551616</integer><integer>-9223372036854775809</integer><integer>0x10000000000000000</integer></array></plist>", []string{"1:24-1:44 integer-out-of-range [0]", "1:63-1:83 integer-out-of-range [1]", "1:102-1:121 integer-out-of-range [2]"}},
		{"real", "<plist><array><real></real><real>1,5</real><real>0x1p-2</real><real>1_0</real><real>1.5 </real><real>-nan</real><real>1e999</real><real>.</real></array></plist>", []string{"1:15-1:28 bad-real [0]", "1:34-1:37 bad-real [1]", "1:50-1:56 bad-real [2]", "1:69-1:72 bad-real [3]", "1:85-1:89 bad-real [4]", "1:102-1:106 bad-real [5]", "1:119-1:124 bad-real [6]", "1:137-1:138 bad-real [7]"}},
		{"date", "<plist><array><date>2026-11-22</date><date>2026-11-22T10:00:00</date><date>2026-11-22T10:00:00+01:00</date><date>2026-13-01T00:00:00Z</date><date>2026-02-30T00:00:00Z</date><date>2026-01-01T24:00:00Z</date><date>2026-01-01T00:00:60Z</date><date>0000-01-01T00:00:00Z</date><date>2026-01-01T1:00:00.1</date><date/></array></plist>", []string{"1:21-1:31 bad-date [0]", "1:44-1:63 bad-date [1]", "1:76-1:101 bad-date [2]", "1:114-1:134 bad-date [3]", "1:147-1:167 bad-date [4]", "1:180-1:200 bad-date [5]", "1:213-1:233 bad-date [6]", "1:246-1:266 bad-date [7]", "1:279-1:299 bad-date [8]", "1:306-1:313 bad-date [9]"}},
		{"PEM in data", "<plist><data>\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n</data></plist>", []string{"2:1-2:28 bad-data"}},
		{"a character of four bytes in data", "<plist><data>AA😀A</data></plist>", []string{"1:16-1:17 bad-data"}},
		{"data", "<plist><array><data>AA=</data><data>A</data><data>AA!A</data><data>AA==AA==</data><data>AAAA&#61;</data><data/></array></plist>", []string{"1:21-1:24 bad-data [0]", "1:37-1:38 bad-data [1]", "1:53-1:54 bad-data [2]", "1:72-1:73 bad-data [3]", "1:93-1:94 bad-data [4]", "1:105-1:112 bad-data [5]"}},

		{"unknown entity", "<plist><array><string>&nbsp;</string><string>a & b</string><string>&</string><string>AT&T;</string></array></plist>", []string{"1:23-1:29 unknown-entity [0]", "1:48-1:49 unknown-entity [1]", "1:68-1:69 unknown-entity [2]", "1:88-1:91 unknown-entity [3]"}},
		{"illegal reference", "<plist><array><string>&#0;</string><string>&#27;</string><string>&#xD800;</string><string>&#xFFFE;</string><string>&#x110000;</string><string>&#;</string><string>&#X41;</string><string>&#xfffffffff;</string></array></plist>", []string{"1:23-1:27 illegal-character-reference [0]", "1:44-1:49 illegal-character-reference [1]", "1:66-1:74 illegal-character-reference [2]", "1:91-1:99 illegal-character-reference [3]", "1:116-1:126 illegal-character-reference [4]", "1:143-1:146 illegal-character-reference [5]", "1:163-1:169 illegal-character-reference [6]", "1:186-1:187 unknown-entity [7]"}},
		{"entity declaration", "<!DOCTYPE plist [<!ENTITY a \"b]\">]>\n<plist><string>&a;</string></plist>", []string{"1:17-1:35 internal-dtd", "2:16-2:19 unknown-entity"}},
		{"document type cut off", "<!DOCTYPE plist [<!ENTITY a", []string{"1:1-1:28 truncated-file"}},
		{"document type in plist", "<plist><!DOCTYPE plist><dict/></plist>", []string{"1:8-1:10 malformed-markup"}},
		{"two document types", "<!DOCTYPE plist><!DOCTYPE plist><plist><dict/></plist>", []string{"1:17-1:19 malformed-markup"}},
		{"document type in lower case", "<!doctype plist><plist><dict/></plist>", []string{"1:1-1:3 malformed-markup"}},
		{"bracket in document type", `<!DOCTYPE plist "a>b"><plist><dict/></plist>`, []string{"1:1-1:20 malformed-markup", "1:20-1:23 text-between-elements"}},
		{"raw control character", "<plist><string>a\x1bb</string></plist>", []string{"1:17-1:18 illegal-character"}},
		{"NUL within", "<plist><string>a\x00b</string></plist>", []string{"1:17-1:18 illegal-character"}},
		{"noncharacter", "<plist><string>a\uFFFEb</string></plist>", []string{"1:17-1:18 illegal-character"}},
		{"invalid UTF-8", "<plist><string>a\xff\xfeb\xc0</string></plist>", []string{"1:17-1:19 invalid-utf8", "1:20-1:21 invalid-utf8"}},
		{"surrogate in UTF-8", "<plist><string>\xed\xa0\x80</string></plist>", []string{"1:16-1:19 invalid-utf8"}},
		{"end of CDATA in text", "<plist><string>a]]>b</string></plist>", []string{"1:17-1:20 malformed-markup"}},
		{"hyphens in comment", "<plist><!-- a -- b --><dict/></plist>", []string{"1:15-1:17 malformed-markup"}},
		{"instruction without a name", "<plist><? a?><dict/></plist>", []string{"1:8-1:14 malformed-markup"}},

		{"cut in a dictionary", "<plist><dict><key>a</key>", []string{"1:26-1:26 truncated-file a"}},
		{"cut in a string", "<plist><dict><key>a</key><string>b", []string{"1:35-1:35 truncated-file a"}},
		{"cut in CDATA", "<plist><string><![CDATA[a</string></plist>", []string{"1:16-1:43 truncated-file"}},
		{"cut in a tag", "<plist><dict", []string{"1:8-1:13 truncated-file"}},
		{"cut in an empty tag", "<plist><dict/", []string{"1:8-1:14 truncated-file"}},
		{"cut in an attribute", "<plist version=\"1.0", []string{"1:1-1:20 truncated-file"}},
		{"cut in an end tag", "<plist><dict></dict></plist", []string{"1:21-1:28 truncated-file"}},
		{"cut behind a bracket", "<plist><dict><", []string{"1:14-1:15 truncated-file"}},
		{"cut in a comment", "<plist><!-- a", []string{"1:8-1:14 truncated-file"}},
		{"cut in an instruction", "<plist><?a", []string{"1:8-1:11 truncated-file"}},
		{"cut before </plist>", "<plist><dict/>\n", []string{"2:1-2:1 truncated-file"}},
		{"wrong end tag", "<plist><dict><key>a</key><string>b</strnig></dict></plist>", []string{"1:35-1:44 mismatched-end-tag a"}},
		{"missing end tag", "<plist><dict><key>a</key><array><true/></dict></plist>", []string{"1:40-1:47 mismatched-end-tag a[1]"}},
		{"end tag of nothing", "<plist></array><dict/></plist>", []string{"1:8-1:16 mismatched-end-tag"}},
		{"malformed end tag", "<plist><dict></dict a></plist>", []string{"1:14-1:22 malformed-markup"}},

		{"declaration without version", "<?xml encoding=\"UTF-8\"?><plist><dict/></plist>", []string{"1:1-1:25 warning bad-xml-declaration"}},
		{"declaration of XML 1.1", "<?xml version=\"1.1\"?><plist><dict/></plist>", []string{"1:1-1:22 warning bad-xml-declaration"}},
		{"two declarations", "<?xml version=\"1.0\"?><?xml version=\"1.0\"?><plist><dict/></plist>", []string{"1:22-1:43 warning bad-xml-declaration"}},
		{"declaration behind a comment", "<!-- a --><?xml version=\"1.0\"?><plist><dict/></plist>", []string{"1:11-1:32 warning bad-xml-declaration"}},
		{"declaration not closed", "<?xml version=\"1.0\"><plist><dict/></plist>", []string{"1:1-1:20 bad-xml-declaration"}},
		{"blank lines before the declaration", "\n\n<?xml version=\"1.0\"?><plist><dict/></plist>", []string{"1:1-3:1 note leading-blank"}},
		{"encoding not known", "<?xml version=\"1.0\" encoding=\"windows-1252\"?><plist><dict/></plist>", []string{"1:31-1:43 unsupported-encoding"}},
		{"UTF-16 declared but not used", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><plist><dict/></plist>", []string{"1:31-1:37 encoding-mismatch"}},
		{"US-ASCII declared but not used", "<?xml version=\"1.0\" encoding=\"US-ASCII\"?><plist><string>é</string></plist>", []string{"1:31-1:39 encoding-mismatch"}},
		{"byte order mark against declaration", utf8BOM + "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><plist><string>é</string></plist>", []string{"1:31-1:41 warning encoding-mismatch"}},
		{"UTF-16 without a sign of it", utf16Text("<plist><dict/></plist>", true), []string{"1:1-1:1 encoding-mismatch"}},
		{"UTF-16 with odd length", "\xfe\xff" + utf16Text("<plist><dict/></plist>", true) + "x", []string{"1:23-1:23 invalid-utf16"}},
		{"half a surrogate pair", "\xff\xfe" + utf16Text("<plist><string>", false) + "\x00\xd8" + utf16Text("</string></plist>", false), []string{"1:16-1:17 invalid-utf16"}},
		{"UTF-16 declared as UTF-8", "\xff\xfe" + utf16Text("<?xml version='1.0' encoding='UTF-8'?><plist><dict/></plist>", false), []string{"1:31-1:36 warning encoding-mismatch"}},
		{"standalone is neither yes nor no", "<?xml version='1.0' standalone='1'?><plist><dict/></plist>", []string{"1:1-1:35 warning bad-xml-declaration"}},
		{"version without quotes", "<?xml version=1.0?><plist><dict/></plist>", []string{"1:1-1:7 warning bad-xml-declaration"}},
		{"document type without a name", "<!DOCTYPE><plist><dict/></plist>", []string{"1:1-1:11 malformed-markup"}},
		{"document type with a word that is none", `<!DOCTYPE plist PUBLIA "a" "b"><plist><dict/></plist>`, []string{"1:1-1:32 malformed-markup"}},
		{"public identifier with a bracket", `<!DOCTYPE plist PUBLIC "{" "b"><plist><dict/></plist>`, []string{"1:1-1:32 malformed-markup"}},
		{"document type not closed", "<!DOCTYPE plist <plist><dict/></plist>", []string{"1:1-1:24 malformed-markup", "1:24-1:31 warning missing-plist-element"}},
		{"document type never closed", "<!DOCTYPE plist", []string{"1:1-1:16 truncated-file"}},
		{"end tag not closed", "<plist><array></array</plist>", []string{"1:15-1:22 malformed-markup [0]"}},
		{"end tag never closed", "<plist><array></array a", []string{"1:15-1:24 truncated-file [0]"}},
		{"bang that is nothing", "<plist><!a", []string{"1:8-1:10 malformed-markup", "1:11-1:11 truncated-file"}},
		{"comment with hyphens not closed", "<plist><!-- a -- ", []string{"1:8-1:18 truncated-file", "1:15-1:17 malformed-markup"}},
		{"long integer", "<plist><integer>" + strings.Repeat("é", 60) + "</integer></plist>", []string{"1:17-1:77 bad-integer"}},
		{"UTF-32", "\xff\xfe\x00\x00<\x00\x00\x00", []string{"1:1-1:1 unsupported-encoding"}},

		{"deep arrays", "<plist>" + strings.Repeat("<array>", MaxDepth+1), []string{"1:904-1:911 nesting-too-deep " + strings.Repeat("[0]", MaxDepth)}},
		{"deep unknown elements", "<plist>" + strings.Repeat("<a>", MaxDepth+1), []string{"1:8-1:11 unknown-element", "1:392-1:395 nesting-too-deep"}},
		{"many values", "<plist><array>" + strings.Repeat("<true/>", MaxNodes), []string{"1:700008-1:700015 too-many-values [99999]"}},
		{"every offence has its path", "<plist><dict><key>A</key><array><true/><dict><key>B.C</key><array><integer>x</integer></array></dict></array></dict></plist>", []string{"1:76-1:77 bad-integer A[1][\"B.C\"][0]"}},
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "<key>k%d</key><true/>", i)
	}
	return b.String()
}

func utf16Text(s string, bigEndian bool) string {
	var b strings.Builder
	for _, r := range s {
		if bigEndian {
			b.WriteString(string([]byte{byte(r >> 8), byte(r)}))
		} else {
			b.WriteString(string([]byte{byte(r), byte(r >> 8)}))
		}
	}
	return b.String()
}

// describe writes findings as the tables have them.
func describe(ds []diag.Diagnostic) []string {
	var out []string
	for _, d := range ds {
		s := d.Rule
		if d.Severity != diag.Error {
			s = d.Severity.String() + " " + s
		}
		if f := d.Span.File; f != nil {
			from, to := f.Position(d.Span.Start), f.Position(d.Span.End)
			s = fmt.Sprintf("%d:%d-%d:%d %s", from.Line, from.Column, to.Line, to.Column, s)
		}
		if d.Path.String() != "" {
			s += " " + d.Path.String()
		}
		out = append(out, s)
	}
	return out
}

func TestViolations(t *testing.T) {
	for _, v := range xmlViolations() {
		t.Run(v.name, func(t *testing.T) {
			_, ds := Read(diag.NewFile("a.mobileconfig", []byte(v.input)))
			if diff := cmp.Diff(v.want, describe(ds)); diff != "" {
				t.Errorf("findings differ (-want +got):\n%s", diff)
			}
		})
	}
}
