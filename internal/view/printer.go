// Package view turns the results of package app into output.
//
// A result comes in (app.BuildResult, app.LintRun, …), text goes out. Start with Printer, which writes styled lines to a
// terminal; each command's result has a method of it in a file of its own: Build in build.go, Lint in lint.go. Results
// with several formats become a Page first: sections, paragraphs, tables, lists, terms and footnotes (page.go), written by
// three writers: page_text.go, page_markdown.go and page_html.go. WriteJSON and WriteStream write JSON; package ci below
// has the formats of CI systems. Text from a profile, a template or the system goes through Clean before it is shown. The
// package reads no files and decides nothing: totals, classes and exit codes are in the result already.
package view

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/colorprofile"

	"syncguard/internal/view/plain"
)

// Printer writes styled text. It drops the styles that the stream does not show: see profileOf.
type Printer struct {
	w      *colorprofile.Writer
	Width  int         // columns of the terminal; 0 without one: messages and lists keep one line each, for programs
	Failed func(error) // called if a line cannot be written; may be nil
	links  bool        // the terminal shows hyperlinks

	unknown int // columns without a terminal
}

// NewPrinter returns a Printer for a stream. Width is the columns of a terminal, 0 without one. The environment (NAME=value) tells
// its abilities.
func NewPrinter(w io.Writer, environ []string, width int) *Printer {
	return NewColored(w, environ, width, ColorAuto)
}

// NewColored is NewPrinter with a choice of colours.
func NewColored(w io.Writer, environ []string, width int, color Color) *Printer {
	profile := profileOf(w, environ, color)
	return &Printer{w: &colorprofile.Writer{Forward: w, Profile: profile}, Width: width, unknown: Columns(environ, 0), links: width > 0 && profile >= colorprofile.ANSI && showsLinks(environ)}
}

// screen returns the width of the screen.
func (p *Printer) screen() int { return cmp.Or(p.Width, p.unknown, unknownWidth) }

// columns returns the width of sentences.
func (p *Printer) columns() int { return min(p.screen(), textWidth) }

// To returns a Printer for another stream, with the styles of this one.
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

// Line writes one line, printable already (see Clean). On a terminal a wider one is broken between words.
func (p *Printer) Line(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if p.Width == 0 || lipgloss.Width(text) <= p.Width {
		p.write(text + "\n")
		return
	}
	for line := range strings.SplitSeq(text, "\n") {
		p.wrapped(marginOf(line)+len(gap), "%s", line)
	}
}

// raw writes a line of a file or of a picture, as it is.
func (p *Printer) raw(line string) { p.write(line + "\n") }

// write writes text that is printable already.
func (p *Printer) write(text string) {
	w := io.Writer(p.w)
	if p.isPlain() && !strings.Contains(text, "\x1b") {
		w = p.w.Forward // there is no style to drop
	}
	p.writeTo(w, text)
}

func (p *Printer) writeTo(w io.Writer, text string) {
	if _, err := io.WriteString(w, text); err != nil && p.Failed != nil {
		p.Failed(err)
	}
}

// isPlain reports whether the stream shows no styles.
func (p *Printer) isPlain() bool { return p.w.Profile <= colorprofile.NoTTY }

// styled returns text in a style, if the stream shows any.
func (p *Printer) styled(style lipgloss.Style, text string) string {
	if p.isPlain() {
		return text
	}
	return style.Render(text)
}

// Failure writes an error: the command failed.
func (p *Printer) Failure(text string) { p.notice(red.Render("error:"), text) }

// Warning writes a warning: the command went on, but somebody should look.
func (p *Printer) Warning(text string) { p.notice(yellow.Render("warning:"), text) }

// Note writes a remark.
func (p *Printer) Note(text string) { p.notice(blue.Render("note:"), text) }

// Hint writes the next thing to do; nothing if empty.
func (p *Printer) Hint(text string) {
	if text != "" {
		p.notice(cyan.Render("hint:"), text)
	}
}

// Ask writes a question, and leaves the cursor behind it.
func (p *Printer) Ask(question string) {
	fmt.Fprintf(p.w, "%s ", bold.Render(Clean(question)+":"))
}

func (p *Printer) notice(label, text string) {
	p.wrapped(2, "syncguard: %s %s", label, Clean(text))
}

// widthOf returns the number of columns that printable text takes.
func widthOf(s string) int {
	if plain.IsPlainASCII(s) {
		return len(s)
	}
	return lipgloss.Width(s)
}

// folderName returns a folder with a slash at the end, printable.
func folderName(path string) string {
	return Clean(strings.TrimSuffix(filepath.ToSlash(filepath.Clean(path)), "/") + "/")
}

// textIf returns text if a condition holds, or nothing.
func textIf(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}
