package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"syncguard/internal/diag"
)

// Exit codes.
const (
	exitOK       = 0
	exitFindings = 1 // the input was read, and something in it is wrong
	exitUsage    = 2 // the command line is wrong
	exitFailed   = 3 // the work could not be done: a file, a key, a disk
)

// errFindings ends a command whose findings are already printed.
var errFindings = errors.New("findings")

// usageError is a command line that cannot be right.
type usageError struct{ problem, hint string }

func (e *usageError) Error() string { return e.problem }

func usage(hint, format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...), hint}
}

// hintError is an error with a sentence on what to do.
type hintError struct {
	err  error
	hint string
}

func (e *hintError) Error() string { return e.err.Error() }
func (e *hintError) Unwrap() error { return e.err }

func withHint(err error, format string, args ...any) error {
	return &hintError{err, fmt.Sprintf(format, args...)}
}

// unfit is the error of a file that is no profile or declaration as a whole, in the words that every command has for it.
func unfit(name string, defect *diag.Diagnostic) error {
	return withHint(fmt.Errorf("%s: %s", name, defect.Message), "%s", defect.Help)
}

// fail says an error the way every command does, and returns the exit code that it means.
func (e *Env) fail(err error) int {
	var usage *usageError
	var hint *hintError
	p := e.err()
	if e.lost != nil && (err == nil || errors.Is(err, errFindings)) {
		err = e.lost // nobody has seen what the exit code would be about
	}
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFindings):
		return exitFindings
	case errors.As(err, &usage):
		p.Failure(usage.problem)
		p.Hint(usage.hint)
		return exitUsage
	case errors.Is(err, context.Canceled):
		p.Failure("interrupted")
		return exitFailed
	}
	p.Failure(plain(err))
	if errors.As(err, &hint) {
		for line := range strings.SplitSeq(hint.hint, "\n") {
			p.Hint(line)
		}
	}
	return exitFailed
}

// plain rewords what the operating system says of a file: "open a.yaml: no such file or directory" is "a.yaml: no such
// file or directory", since the verb is the system's and not the user's.
func plain(err error) string {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return strings.Replace(err.Error(), pathError.Error(), pathError.Path+": "+pathError.Err.Error(), 1)
	}
	return err.Error()
}
