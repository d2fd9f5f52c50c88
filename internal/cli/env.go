// Package cli is the command line: one file a command, its script beside it in testdata/script.
package cli

import (
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"syncguard/internal/view"
)

// Env is all that a command touches of the world besides the files that it is told to read and write.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Environ        []string // NAME=value
	Now            func() time.Time

	targetNotes []string // which targets are read as others, as it was said

	lost error // why something that was printed did not get to Stdout
}

// lookup returns an environment variable, the last one where a name repeats.
func (e *Env) lookup(name string) (string, bool) {
	for i := len(e.Environ) - 1; i >= 0; i-- {
		if value, ok := strings.CutPrefix(e.Environ[i], name+"="); ok {
			return value, true
		}
	}
	return "", false
}

// out and err write styled text: colours go only where the stream and the environment (NO_COLOR, TERM) take them.
func (e *Env) out() *view.Printer {
	p := view.NewPrinter(e.Stdout, e.Environ, width(e.Stdout))
	p.Failed = func(err error) { e.lost = err }
	return p
}
func (e *Env) err() *view.Printer { return view.NewPrinter(e.Stderr, e.Environ, width(e.Stderr)) }

// terminal returns the file behind a stream when a person sits at it.
func terminal(stream any) (*os.File, bool) {
	f, ok := stream.(*os.File)
	return f, ok && term.IsTerminal(int(f.Fd()))
}

// width returns the columns of a terminal, 0 for anything else.
func width(stream any) int {
	if f, ok := terminal(stream); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil {
			return w
		}
	}
	return 0
}
