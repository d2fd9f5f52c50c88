package identity

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestSplitCommand(t *testing.T) {
	tests := []struct {
		line string
		want []string
	}{
		{`openssl pkeyutl -sign -inkey key.pem -pkeyopt digest:sha256`, []string{"openssl", "pkeyutl", "-sign", "-inkey", "key.pem", "-pkeyopt", "digest:sha256"}},
		{"  a\t b  ", []string{"a", "b"}},
		{`a '' ""`, []string{"a", "", ""}},
		{`"my tool" 'it is' it\'s`, []string{"my tool", "it is", "it's"}},
		{`a 'b $c | "d" \e'`, []string{"a", `b $c | "d" \e`}},
		{`a "b \$c \"d\" \\ \e | ;"`, []string{"a", `b $c "d" \ \e | ;`}},
		{`a b\ c\|d`, []string{"a", "b c|d"}},
		{`a x#y x~ {`[:8], []string{"a", "x#y", "x~"}},
		{`a'b'"c"d`, []string{"abcd"}},
		{`é 日本`, []string{"é", "日本"}},
	}
	for _, test := range tests {
		got, err := SplitCommand(test.line)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, %v, want %q", test.line, got, err, test.want)
		}
		// A shell is the judge, where there is one.
		shell, err := exec.LookPath("sh")
		if err != nil {
			continue
		}
		out, err := exec.Command(shell, "-c", `printf '%s\n' `+test.line).Output()
		if want := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: got %q, but a shell %q, %v", test.line, got, want, err)
		}
	}
}

func TestSplitCommandRefuses(t *testing.T) {
	for line, want := range map[string]string{
		"":                    "names no program",
		"   ":                 "names no program",
		`'' a`:                "names no program",
		`a 'b`:                "unclosed quote '",
		`a "b`:                `unclosed quote "`,
		`a \`:                 "it ends with a backslash",
		`a $HOME`:             "'$' needs a shell",
		`a "$HOME"`:           "'$' needs a shell",
		"a `b`":               "'`' needs a shell",
		`a | base64 -d`:       "'|' needs a shell",
		`a; b`:                "';' needs a shell",
		`a > b`:               "'>' needs a shell",
		`a *.pem`:             "'*' needs a shell",
		`~/bin/a`:             "'~' needs a shell",
		`a #b`:                "'#' needs a shell",
		"a\nb":                `'\n' needs a shell`,
		"a \\\n b":            "several lines",
		"a \x00":              "zero byte",
		`a key?pin-source=x`:  "'?' needs a shell",
		`aws --query Sign[0]`: "'[' needs a shell",
	} {
		if got, err := SplitCommand(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %q, %v, want %s", line, got, err, want)
		}
	}
}

// Any words, quoted, come back.
func FuzzSplitCommandKeepsQuotedWords(f *testing.F) {
	f.Add("openssl", "a b", "it's")
	f.Add("x", "", "\\\n$`\"")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		var quoted []string
		for _, word := range []string{a, b, c} {
			quoted = append(quoted, "'"+strings.ReplaceAll(word, "'", `'\''`)+"'")
		}
		got, err := SplitCommand(strings.Join(quoted, " "))
		if a == "" || strings.ContainsRune(a+b+c, 0) {
			if err == nil {
				t.Error("no program, or a zero byte, is accepted")
			}
			return
		}
		if err != nil || !slices.Equal(got, []string{a, b, c}) {
			t.Errorf("got %q, %v", got, err)
		}
	})
}
