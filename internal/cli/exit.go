package cli

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"syncguard/internal/diag"
)

// Exit codes.
const (
	exitOK       = 0
	exitFindings = 1 // the input was read, and something in it is wrong
	exitUsage    = 2 // the command line is wrong
	exitFailed   = 3 // the work could not be done: a file, a key, a disk
	// A command ended by a signal returns 128 and its number: 130 for SIGINT, 143 for SIGTERM.
)

// errFindings ends a command whose findings are already printed.
var errFindings = errors.New("findings")

var usage = diag.Usage

// fail prints an error and returns its exit code. After a signal any error has the code of the signal: what is missing may be
// its doing.
func (e *Env) fail(ctx context.Context, err error) int {
	if code := e.failed(err); code != exitOK {
		return cmp.Or(exitCode(ctx), code)
	}
	return exitOK
}

// failed prints an error, unless the end was told already, and returns its exit code.
func (e *Env) failed(err error) int {
	var usage *diag.UsageError
	p := e.err()
	if e.lost != nil && (err == nil || errors.Is(err, errFindings)) {
		err = e.lost // nobody has seen what the exit code would be about
	}
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFindings):
		return exitFindings
	case e.ended.Swap(true):
		return exitFailed
	case errors.As(err, &usage):
		p.Failure(usage.Problem)
		p.Hint(usage.Hint)
		return exitUsage
	case errors.Is(err, context.Canceled):
		p.Failure("interrupted")
		return exitFailed
	}
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok && errors.Join(joined.Unwrap()...).Error() == err.Error() {
		all = joined.Unwrap()
	}
	for _, err := range all {
		e.explain(err)
	}
	return exitFailed
}

// explain prints an error with its hint, each line of it one.
func (e *Env) explain(err error) {
	var hint *diag.HintError
	p := e.err()
	p.Failure(diag.Plain(err))
	if errors.As(err, &hint) {
		for line := range strings.SplitSeq(hint.Hint, "\n") {
			p.Hint(line)
		}
	}
}

// verdict returns the error for the exit code: work not done (3) outweighs findings (1).
func (e *Env) verdict(failures []error, failed bool) error {
	e.progress.Clear()
	if n := len(failures); n > 0 {
		for _, err := range failures[:n-1] {
			e.err().Failure(diag.Plain(err))
		}
		return failures[n-1]
	}
	if failed {
		return errFindings
	}
	return nil
}
