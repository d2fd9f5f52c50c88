// Package view says findings and results: one file an output format. Text that comes from a profile, a template or the
// system is made printable before it is shown.
package view

import (
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"
)

// Printer writes styled text. Styles vanish where the stream is no terminal, and colours where NO_COLOR is set.
type Printer struct {
	w      *colorprofile.Writer
	Width  int         // columns of the terminal; 0 where there is none
	Failed func(error) // told of a line that could not be written; nil for nobody
}

// NewPrinter returns a Printer for a stream, the environment (NAME=value) that tells what it can show, and its width.
func NewPrinter(w io.Writer, environ []string, width int) *Printer {
	styled := colorprofile.NewWriter(w, environ)
	if slices.ContainsFunc(environ, func(e string) bool { return strings.HasPrefix(e, "NO_COLOR=") && e != "NO_COLOR=" }) {
		styled.Profile = min(styled.Profile, colorprofile.ASCII) // it wins over CLICOLOR_FORCE
	}
	return &Printer{w: styled, Width: width}
}

// To returns a Printer that writes to another stream what this one would show.
func (p *Printer) To(w io.Writer) *Printer {
	other := *p
	other.w = &colorprofile.Writer{Forward: w, Profile: p.w.Profile}
	return &other
}

var (
	bold   = lipgloss.NewStyle().Bold(true)
	faint  = lipgloss.NewStyle().Faint(true)
	red    = lipgloss.NewStyle().Foreground(lipgloss.Red).Bold(true)
	green  = lipgloss.NewStyle().Foreground(lipgloss.Green)
	yellow = lipgloss.NewStyle().Foreground(lipgloss.Yellow)
	blue   = lipgloss.NewStyle().Foreground(lipgloss.Blue)
	cyan   = lipgloss.NewStyle().Foreground(lipgloss.Cyan)
)

// Line writes one line. The text must be printable already (see Clean).
func (p *Printer) Line(format string, args ...any) {
	if _, err := fmt.Fprintf(p.w, format+"\n", args...); err != nil && p.Failed != nil {
		p.Failed(err)
	}
}

// Failure says why the work could not be done.
func (p *Printer) Failure(text string) { p.notice(red.Render("error:"), text) }

// Warning says what went on, but deserves a look.
func (p *Printer) Warning(text string) { p.notice(yellow.Render("warning:"), text) }

// Note says what is good to know.
func (p *Printer) Note(text string) { p.notice(blue.Render("note:"), text) }

// Hint says what to do; an empty one says nothing.
func (p *Printer) Hint(text string) {
	if text != "" {
		p.notice(cyan.Render("hint:"), text)
	}
}

// Ask writes a question and leaves the cursor behind it.
func (p *Printer) Ask(question string) {
	fmt.Fprintf(p.w, "%s ", bold.Render(Clean(question)+":"))
}

func (p *Printer) notice(label, text string) {
	fmt.Fprintf(p.w, "syncguard: %s %s\n", label, Clean(text))
}

// Clean makes text from outside harmless on a terminal and in the log of a CI: control characters, invisible marks that
// reorder text, line separators and invalid bytes are shown as \u{…}, line feeds as spaces. So is a character of what a
// CI takes for a command: "::" at the start of a line, "##[" and "##vso[" anywhere.
func Clean(s string) string {
	s = printable(s)
	if trimmed := strings.TrimLeftFunc(s, unicode.IsSpace); strings.HasPrefix(trimmed, "::") {
		s = s[:len(s)-len(trimmed)] + `\u{3a}` + trimmed[1:]
	}
	if !strings.Contains(s, "##") {
		return s
	}
	return logCommand().ReplaceAllString(s, `#\u{23}$1`)
}

// logCommand finds the older commands of GitHub's runner, and those of Azure Pipelines.
var logCommand = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)##(\[|vso\[)`) })

func printable(s string) string {
	if !strings.ContainsFunc(s, Unprintable) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, "\\x%02x", s[i])
		case r == '\n' || r == '\t':
			b.WriteByte(' ')
		case Unprintable(r):
			fmt.Fprintf(&b, "\\u{%x}", r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}

// Unprintable is true of control (C0, DEL, C1) and format characters, line and paragraph separators, and code points that
// no text should hold. Format characters include those that reorder text (bidi) and those of no width.
func Unprintable(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs)
}

// folderName is a folder as it is shown.
func folderName(path string) string {
	return Clean(strings.TrimSuffix(filepath.ToSlash(filepath.Clean(path)), "/") + "/")
}

// cond is text where something holds, or nothing.
func cond(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}
