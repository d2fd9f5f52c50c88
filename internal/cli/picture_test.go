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
			comparePicture(t, args[0], picture("What syncguard "+args[0]+" prints", "$ syncguard "+strings.Join(args, " ")+"\n\n"+out.String()))
		})
	}
}

func comparePicture(t *testing.T, name, fresh string) {
	t.Helper()
	path := filepath.Join(repository, "docs", name+".svg")
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
}

// The picture of an assistant has the question and the answer of docs/mcp.md, and of the tools' texts there, which come from a real run,
// the lines that count.
func TestPictureOfAssistant(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(repository, "docs", "mcp.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Join(strings.Fields(string(data)), " ")
	between := func(begin, end string) string {
		_, said, ok := strings.Cut(page, begin)
		said, _, ended := strings.Cut(said, end)
		if !ok || !ended {
			t.Fatalf("docs/mcp.md has no text from %q to %q", begin, end)
		}
		return strings.ReplaceAll(said, "`", "")
	}
	const bold, dim, green, yellow, cyan = "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[36m"
	var b strings.Builder
	say := func(style, indent, text string) {
		line := indent
		for _, word := range strings.Fields(text) {
			if len(line)+len(word) > 100 && line != indent {
				b.WriteString(style + strings.TrimRight(line, " ") + "\x1b[0m\n")
				line = indent
			}
			line += word + " "
		}
		b.WriteString(style + strings.TrimRight(line, " ") + "\x1b[0m\n")
	}
	say(bold, "", between("An administrator asks: *", "*"))
	for _, x := range [][2]string{
		{cyan, `check_profile {"paths":["ipads.mobileconfig"],"targets":["iOS@18/manual"]}`},
		{yellow, `warning: "allowCloudDocumentSync" is false, so documents and app data in iCloud stop syncing [cloud-sync-disabled]`},
		{yellow, `warning: "forceAutomaticDateAndTime" needs supervision and does nothing on iOS/manual [needs-supervision]`},
		{dim, `sources of cloud-sync-disabled: https://developer.apple.com/documentation/devicemanagement/restrictions`},
		{cyan, `coverage {"explain":"forceAutomaticDateAndTime","paths":["ipads.mobileconfig"],"targets":["iOS@18/manual","iOS@18/supervised"]}`},
		{yellow, `forceAutomaticDateAndTime true on iOS 18, installed by hand: – (has no effect there)`},
		{green, `forceAutomaticDateAndTime true on iOS 18, supervised: enforced`},
		{dim, `source: apple/device-management@27 (255d4a2d8414) mdm/profiles/com.apple.applicationaccess.yaml`},
	} {
		tool, arguments, call := strings.Cut(x[1], " {")
		if call && !strings.Contains(page, "The assistant calls `"+tool+"`: ```json {"+arguments) || !call && !strings.Contains(page, x[1]) {
			t.Errorf("docs/mcp.md does not have %q", x[1])
		}
		if call {
			b.WriteString("\n")
			say(x[0], "", "syncguard · "+x[1])
		} else {
			say(x[0], "    ", x[1])
		}
	}
	b.WriteString("\n")
	say("", "", between("So the assistant can answer: *", ".* ")+".")
	comparePicture(t, "mcp", picture("An assistant asks syncguard, and answers with sources", b.String()))
}

// repository is found before any test changes the folder.
var repository, _ = filepath.Abs(filepath.Join("..", ".."))

var sizes = regexp.MustCompile(`\d+\.\d kB`)

func mask(s string) string { return sizes.ReplaceAllString(s, "? kB") }

var sgr = regexp.MustCompile(`\x1b\[([0-9;]*)m`)

// picture draws terminal text with SGR styles, as SVG.
func picture(title, text string) string {
	const charWidth, lineHeight, margin = 7.23, 17, 16
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	columns := 0
	for _, line := range lines {
		columns = max(columns, len([]rune(strings.TrimRight(sgr.ReplaceAllString(line, ""), " "))))
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="12">`+"\n",
		int(float64(columns)*charWidth)+2*margin, len(lines)*lineHeight+2*margin)
	fmt.Fprintf(&b, "<title>%s</title>\n", html.EscapeString(title))
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
