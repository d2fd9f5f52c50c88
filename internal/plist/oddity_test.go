package plist

import (
	"slices"
	"strings"
	"testing"

	"syncguard/internal/diag"
)

const plainProfile = `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict><key>a</key><string>é &amp; 😀</string></dict></plist>
`

func TestRemoveOddities(t *testing.T) {
	body := strings.SplitAfterN(plainProfile, "?>\n", 2)[1]
	for name, tt := range map[string]struct {
		text string
		odd  []Oddity
		want string // the text without its oddities, where it is not the plain one
	}{
		"plain":                  {text: plainProfile},
		"blank lines":            {text: "\n\n" + plainProfile},
		"byte order mark":        {text: "\xef\xbb\xbf" + plainProfile, odd: []Oddity{ByteOrderMark}},
		"no declaration":         {text: body, odd: []Oddity{NoDeclaration}},
		"neither":                {text: "\xef\xbb\xbf" + body, odd: []Oddity{ByteOrderMark, NoDeclaration}},
		"NUL":                    {text: plainProfile + "\x00\n\x00", odd: []Oddity{TrailingNUL}, want: strings.TrimRight(plainProfile, "\n")},
		"lower case":             {text: strings.Replace(plainProfile, "UTF-8", "utf-8", 1), want: strings.Replace(plainProfile, "UTF-8", "utf-8", 1)},
		"utf8":                   {text: strings.Replace(plainProfile, "UTF-8", "utf8", 1), odd: []Oddity{OtherEncoding}},
		"no encoding":            {text: strings.Replace(plainProfile, ` encoding="UTF-8"`, "", 1), want: strings.Replace(plainProfile, ` encoding="UTF-8"`, "", 1)},
		"version":                {text: strings.Replace(plainProfile, "1.0", "1.1", 1), odd: []Oddity{OtherVersion}},
		"processing after blank": {text: "  " + body, odd: []Oddity{NoDeclaration}},
	} {
		want := tt.want
		if want == "" {
			want = plainProfile
		}
		if got := Oddities([]byte(tt.text)); !slices.Equal(got, tt.odd) {
			t.Errorf("%s: got oddities %q, want %q", name, got, tt.odd)
		}
		if got := string(RemoveOddities([]byte(tt.text))); got != want {
			t.Errorf("%s: got\n%q, want\n%q", name, got, want)
		}
	}
	for _, data := range []string{encodeUTF16(plainProfile, true), "\xff\xfe" + encodeUTF16(plainProfile, false), "\xff\xfe\x00\x00"} {
		if !slices.Contains(Oddities([]byte(data)), OtherEncoding) {
			t.Errorf("%q is taken for UTF-8", data[:4])
		}
	}
}

// FuzzPlainSaysTheSame holds that a file and its plain form have the same tree, and that the plain form has no oddity left.
func FuzzPlainSaysTheSame(f *testing.F) {
	for _, s := range []string{plainProfile, "\xef\xbb\xbf" + plainProfile, plainProfile + "\x00", `<plist version="1.0"><array/></plist>`, `<?xml version="1.1"?><plist><true/></plist>`,
		`<?xml version="1.0" encoding="us-ascii"?><plist version="1.0"><string>a</string></plist>`, `<?xml version="1.0" encoding="x`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file := diag.NewFile("a", slices.Clone(data))
		before, found := Read(file)
		if before == nil || diag.HasErrors(found) || before.Format != XML || string(before.File.Data) != string(data) {
			return // Plain is for text that is UTF-8 already
		}
		plain := RemoveOddities(data)
		if odd := Oddities(plain); len(odd) > 0 {
			t.Fatalf("%q has %q left", plain, odd)
		}
		after, found := Read(diag.NewFile("b", slices.Clone(plain)))
		if after == nil || diag.HasErrors(found) || !Equal(before.Root, after.Root) {
			t.Fatalf("%q says another thing than %q: %v", plain, data, found)
		}
	})
}
