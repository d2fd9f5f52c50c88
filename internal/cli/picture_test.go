package cli

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The pictures in the documentation are what commands print on a terminal. Sizes are not compared: they depend on the
// certificate of the development identity. They are rewritten with: go test ./internal/cli -run TestPicture -update
func TestPicture(t *testing.T) {
	wifi := signedByLeaf(t, inspectFixtures(t)["wifi.mobileconfig"])
	for _, args := range [][]string{{"build"}, {"inspect", "corp.mobileconfig"}} {
		t.Run(args[0], func(t *testing.T) {
			t.Setenv("HOME", t.TempDir())
			t.Setenv("XDG_CONFIG_HOME", t.TempDir())
			t.Chdir(t.TempDir())
			if err := os.WriteFile("corp.mobileconfig", wifi, 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			env := &Env{Stdout: &out, Stderr: &errs, Now: func() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) },
				Environ: []string{"CLICOLOR_FORCE=1", "TERM=xterm-256color"}}
			if code := Main(context.Background(), env, args, ""); code != 0 {
				t.Fatalf("exit code %d: %s", code, errs.String())
			}
			fresh := picture("syncguard "+args[0], "$ syncguard "+strings.Join(args, " ")+"\n\n"+out.String())
			path := filepath.Join(repository, "docs", args[0]+".svg")
			old, err := os.ReadFile(path)
			if err != nil && !*update {
				t.Fatal(err)
			}
			if mask(string(old)) == mask(fresh) {
				return
			}
			if !*update {
				t.Errorf("the picture is stale:\n%s", cmp.Diff(mask(string(old)), mask(fresh)))
			} else if err := os.WriteFile(path, []byte(fresh), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// repository is found before any test changes the folder.
var repository, _ = filepath.Abs(filepath.Join("..", ".."))

var sizes = regexp.MustCompile(`\d+\.\d kB`)

func mask(s string) string { return sizes.ReplaceAllString(s, "? kB") }

var sgr = regexp.MustCompile(`\x1b\[([0-9;]*)m`)

// picture draws what a command prints, terminal text with SGR styles, as SVG.
func picture(command, text string) string {
	const charWidth, lineHeight, margin = 7.23, 17, 16
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	columns := 0
	for _, line := range lines {
		columns = max(columns, len([]rune(strings.TrimRight(sgr.ReplaceAllString(line, ""), " "))))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="12">`+"\n",
		int(float64(columns)*charWidth)+2*margin, len(lines)*lineHeight+2*margin)
	fmt.Fprintf(&b, "<title>What %s prints</title>\n", html.EscapeString(command))
	b.WriteString(`<rect width="100%" height="100%" rx="8" fill="#161b22"/>` + "\n")
	for i, line := range lines {
		fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#c9d1d9" xml:space="preserve">`, margin, margin+(i+1)*lineHeight-5)
		style := ""
		at := 0
		for _, m := range sgr.FindAllStringSubmatchIndex(line, -1) {
			span(&b, style, line[at:m[0]])
			style, at = restyle(style, line[m[2]:m[3]]), m[1]
		}
		span(&b, style, strings.TrimRight(line[at:], " "))
		b.WriteString("</text>\n")
	}
	return b.String() + "</svg>\n"
}

func span(b *strings.Builder, style, text string) {
	switch {
	case text == "":
	case style == "":
		b.WriteString(html.EscapeString(text))
	default:
		fmt.Fprintf(b, `<tspan%s>%s</tspan>`, style, html.EscapeString(text))
	}
}

// restyle applies an SGR sequence.
func restyle(style, codes string) string {
	for code := range strings.SplitSeq(codes, ";") {
		switch code {
		case "", "0":
			style = ""
		case "1":
			style += ` font-weight="bold"`
		case "2":
			style += ` fill="#8b949e"`
		case "31", "91":
			style += ` fill="#ff7b72"`
		case "32", "92":
			style += ` fill="#56d364"`
		case "33", "93":
			style += ` fill="#e3b341"`
		case "34", "94":
			style += ` fill="#79c0ff"`
		case "36", "96":
			style += ` fill="#56d4dd"`
		}
	}
	return style
}
