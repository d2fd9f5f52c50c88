package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// UntilSignal returns a context ended by the first SIGINT or SIGTERM, with the Signal as its cause. A second one ends the
// process at once.
func UntilSignal(parent context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		number, _ := (<-signals).(syscall.Signal)
		signal.Stop(signals)
		cancel(Signal(number))
	}()
	return ctx
}

// Signal is the cause of a context ended by a signal, by its number. It is a context.Canceled.
type Signal int

func (s Signal) Error() string { return "interrupted" }

// Is makes a Signal a context.Canceled.
func (s Signal) Is(err error) bool { return err == context.Canceled }

// exitCode returns the exit code of a context ended by a signal, 128 and its number; 0 for any other context.
func exitCode(ctx context.Context) int {
	var s Signal
	if errors.As(context.Cause(ctx), &s) {
		return 128 + int(s)
	}
	return exitOK
}

// A command gets this long to end by itself after a signal.
const (
	ending      = 500 * time.Millisecond
	sendsEnding = 6 * time.Second // one that serves or sends: what is under way may take five seconds
)

// untilSignal runs a command, which returns its exit code. After a signal it waits a moment for the command's own end. A
// command that goes on reading, computing or printing is abandoned: it commits nothing, and its temporary files are removed.
func (e *Env) untilSignal(ctx context.Context, run func() int) int {
	finished := make(chan int, 1)
	go func() { finished <- run() }()
	select {
	case code := <-finished:
		return code
	case <-ctx.Done():
	}
	select {
	case code := <-finished:
		return code
	case <-time.After(ending + time.Duration(e.ending.Load())):
	}
	e.disk.Abandon()
	told := make(chan struct{})
	go func() {
		defer close(told)
		if _, ok := terminal(e.Stderr); ok {
			fmt.Fprint(e.Stderr, "\r\x1b[K") // a line of progress
		}
		if !e.ended.Swap(true) {
			e.err().Failure("interrupted")
		}
	}()
	select {
	case <-told:
	case <-time.After(ending): // nobody reads stderr
	}
	return cmp.Or(exitCode(ctx), exitFailed)
}
