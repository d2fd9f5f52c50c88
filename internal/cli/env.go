// Package cli is the command line: flags, help, prompts and exit codes. Start with root.go, which lists the commands; each
// has a file here and scripts in testdata/script, both named after it. Package app does the work and package view shows the
// results: a command reads no file, loops over none, and judges nothing (laws_test.go).
package cli

import (
	"context"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"syncguard/internal/app"
	"syncguard/internal/files"
	"syncguard/internal/view"
)

// Env is the process as the command line sees it.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Environ        []string // NAME=value
	Now            func() time.Time
	Network        func() *app.Network // of doctor; nil for this machine's

	color    string         // --color
	quiet    bool           // notes are not printed
	progress *view.Progress // nil where nobody watches, or nothing has begun
	lost     error          // why something that was printed did not get to Stdout

	disk   *files.Interruptible // these end with the first signal
	stdin  io.Reader
	ending atomic.Int64 // a command's own time to end after a signal, in nanoseconds; 0 for the usual
	ended  atomic.Bool  // the command's failure is printed

	abandoned atomic.Bool // the command went on after a signal
}

// begin sets the files and the input of a command.
func (e *Env) begin(ctx context.Context) {
	e.disk, e.stdin = files.NewInterruptible(ctx, files.OS{}), files.NewReader(ctx, e.Stdin)
}

// lookup returns an environment variable; of a repeated name the last value counts.
func (e *Env) lookup(name string) (string, bool) {
	for i := len(e.Environ) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(e.Environ[i], name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// host is the process as the application sees it.
func (e *Env) host() *app.Host {
	if e.disk == nil {
		e.begin(context.Background())
	}
	h := &app.Host{Files: e.disk, Stdin: e.stdin, Getenv: e.lookup, Environ: e.Environ, Now: e.Now, Notify: e.notify}
	h.Revision = func(ctx context.Context, name string) (func(string) ([]byte, error), error) {
		r, err := files.OpenRevision(ctx, e.Environ, name)
		if err != nil {
			return nil, err
		}
		return r.ReadFile, nil
	}
	if e.Network != nil {
		h.Network = e.Network()
	}
	if e.hasPerson() {
		h.Ask = func(ctx context.Context, question string) ([]byte, error) { return e.askSecret(ctx, question) }
	}
	return h
}

// notify prints an event for a person.
func (e *Env) notify(event app.Event) {
	if event.Kind == app.EventStep {
		_, watched := terminal(e.Stderr)
		if term, _ := e.lookup("TERM"); watched && term != "dumb" && e.progress == nil {
			e.progress = view.NewProgress(e.Stderr, e.Now, event.Verb, event.Total, view.Columns(e.Environ, width(e.Stderr)))
		}
		e.progress.Step()
		return
	}
	e.progress.Clear()
	p := e.err()
	switch event.Kind {
	case app.EventNote:
		if !e.quiet {
			p.Note(event.Text)
		}
	case app.EventWarning:
		p.Warning(event.Text)
		p.Hint(event.Hint)
	case app.EventHint:
		p.Hint(event.Text)
	}
}

// clearProgress erases the progress line before other output.
func (e *Env) clearProgress() { e.progress.Clear() }

// out and err write styled text.
func (e *Env) out() *view.Printer {
	p := e.printer(e.Stdout)
	p.Failed = func(err error) { e.lost = err }
	return p
}
func (e *Env) err() *view.Printer { return e.printer(e.Stderr) }

func (e *Env) printer(w io.Writer) *view.Printer {
	return view.NewColored(w, e.Environ, width(w), view.Color(e.color))
}

// terminal returns the file behind a stream when a person sits at it.
func terminal(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// width returns the columns of a terminal, 0 for anything else. A stream may know its own.
func width(stream any) int {
	if s, ok := stream.(interface{ Columns() int }); ok {
		return s.Columns()
	}
	if f, ok := terminal(stream); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			return w
		}
	}
	return 0
}
