package requirement

import (
	"strings"
	"testing"
	"unicode/utf8"
)

const developerID = `anchor apple generic and certificate 1[field.1.2.840.113635.100.6.2.6] /* exists */ and certificate leaf[field.1.2.840.113635.100.6.1.13] /* exists */ and certificate leaf[subject.OU] = ABCDE12345`

func TestCheckAccepts(t *testing.T) {
	for _, text := range []string{
		`identifier "com.acme.app" and ` + developerID,
		`(identifier "com.acme.app" or identifier com.acme.beta) and certificate leaf = H"c9a99324ca3fcb23dbcc36bd5fd4f9753305130a"`,
		`anchor apple`, `anchor apple generic`, `anchor generic apple`, `anchor trusted`, `cert trusted`, `certificate root trusted`,
		`identifier = "x";`, `identifier == x ; ;`, `! identifier "x" and !(always or never)`, `true`, `(my.requirement)`, `("kept")`,
		`cdhash H"0123456789012345678901234567890123456789"`, `cdhash = H"ab"`, `platform = 1`, `notarized and legacy`,
		`anchor = H"ab"`, `anchor "/etc/ca.cer"`, `anchor /etc/ca.cer`, `certificate -1[subject.CN] = "Apple \"x\"" *`, `certificate 1[subject.CN] = *"x"*`,
		`info[CFBundleVersion] >= "17.4.2"`, `entitlement["com.apple.security.get-task-allow"] exists`, `entitlement [x] absent`,
		`certificate leaf[subject.CN] ~ Apple`, `certificate leaf[timestamp.1.2.3] > timestamp "2020-01-01"`, `certificate leaf[field.1.2] = 0x1F`,
		"# first\nidentifier x // then\n\tand anchor apple", `identifier "Ünïcode"`,
	} {
		if f := Check(text); f != nil {
			t.Errorf("%s\n\t%s", text, f.Problem)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	const app = `identifier "com.acme.app" and anchor apple`
	for _, tt := range []struct{ text, problem, fixed string }{
		{"designated => " + app, "begins with designated =>, the prefix printed by codesign, which is not part of a requirement", app},
		{"# designated => " + app, "begins with designated =>, the prefix printed by codesign, which is not part of a requirement", app},
		{"Executable=/Applications/A.app/Contents/MacOS/A\ndesignated => " + app + "\n", "begins with designated =>, the prefix printed by codesign, which is not part of a requirement", app},
		{"designated => identifier", "begins with designated =>, the prefix printed by codesign, which is not part of a requirement", ""},
		{"host => " + app, "begins with host =>, the prefix printed by codesign, which is not part of a requirement", ""},
		{"", "is empty", ""}, {" /* exists */ ", "is empty", ""}, {"# " + app, "is empty", ""},
		{`identifier "com.acme.app and anchor apple generic and certificate 1[field.1.2.840.113635.100.6.2.6`, "has an unclosed string at character 12", ""},
		{`identifier "anchor apple generic and identifier "com.acme.app" and (always)"`, `has "com.acme.app" at character 50, want and, or, or the end`, ""},
		{`identifier “com.acme.app” and anchor apple`, `has typographic quotation marks, want "`, app},
		{`identifier “com.acme.app`, `has typographic quotation marks, want "`, ""},
		{`certificate leaf[subject.OU] = 83S2TRZ3CS and identifier com.my-app`, `has "83S2TRZ3CS" without quotation marks: only a letter followed by letters, digits and dots needs none`,
			`certificate leaf[subject.OU] = "83S2TRZ3CS" and identifier "com.my-app"`},
		{`certificate leaf[subject.OU] = 123`, `has "123" at character 32, want a value`, ""},
		{`certificate leaf[subject.OU]  ABCDE12345`, `has "ABCDE12345" at character 31, want and, or, or the end`, ""},
		{`indentifier "x"`, `has "indentifier" at character 1, want a condition, such as identifier, anchor or certificate`, ""},
		{`com.acme.app`, `has "com.acme.app" at character 1, want a condition, such as identifier, anchor or certificate`, ""},
		{`identifier`, `has its end, want an identifier, such as "com.acme.app"`, ""},
		{app + " and", "has its end, want a condition, such as identifier, anchor or certificate", ""},
		{app + " identifier x", `has "identifier" at character 44, want and, or, or the end`, ""},
		{`(identifier "x" and anchor apple`, "has its end, want a closing parenthesis", ""},
		{`identifier "x")`, `has ")" at character 15, want and, or, or the end`, ""},
		{`certificate 1[field.1.2.840`, "has its end, want a closing bracket", ""},
		{`certificate[subject.OU] = x`, `has "[" at character 12, want leaf, root or a number`, ""},
		{`certificate leaf`, "has its end, want a field in brackets, a hash or trusted", ""},
		{`identifier "x" /* exists`, "has an unclosed comment at character 16", ""},
		{`identifier "x" && anchor apple`, `has "&" at character 16, allowed only in quotation marks`, ""},
		{`cdhash H"xyz"`, "has a hash with other than hexadecimal digits", ""}, {`cdhash "abc"`, `has "\"abc\"" at character 8, want a hash, such as H"0123"`, ""},
		{strings.Repeat("(", 1<<20), "nests parentheses deeper than 100 levels", ""},
	} {
		f := Check(tt.text)
		if f == nil {
			t.Errorf("%.80s: no fault", tt.text)
		} else if f.Problem != tt.problem || f.Fixed != tt.fixed {
			t.Errorf("%.80s\n\tgot  %s\n\twant %s\n\tgot  %q\n\twant %q", tt.text, f.Problem, tt.problem, f.Fixed, tt.fixed)
		}
	}
}

// A correction is a requirement, no text makes the reader panic, and a message holds nothing that a terminal obeys.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{`identifier "com.acme.app" and ` + developerID, "designated => designated => x", "“", `H"`, "0x", "/*", `"\`, "certificate -", "\x00\xff", "1a or 1a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fault := Check(text)
		if fault == nil {
			return
		}
		if fault.Fixed != "" && Check(fault.Fixed) != nil {
			t.Errorf("%q is corrected to %q, which is none", text, fault.Fixed)
		}
		if fault.Problem == "" || !utf8.ValidString(fault.Problem) || strings.ContainsFunc(fault.Problem, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q: message %q", text, fault.Problem)
		}
	})
}
