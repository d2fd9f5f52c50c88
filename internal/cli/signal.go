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

// UntilSignal returns a context ended by the first SIGINT, SIGTERM or SIGHUP, with the Signal as its cause. A second one hurries
// the command, and a third ends the process. Under nohup SIGHUP stays ignored.
func UntilSignal(parent context.Context) context.Context {
	second := make(chan struct{})
	ctx, cancel := context.WithCancelCause(context.WithValue(parent, secondSignal{}, second))
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		number, _ := (<-signals).(syscall.Signal)
		cancel(Signal(number))
		<-signals
		signal.Stop(signals)
		close(second)
	}()
	return ctx
}

// secondSignal is the key of the channel that the second signal closes.
type secondSignal struct{}

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
	ending        = 500 * time.Millisecond
	sendsEnding   = 6 * time.Second        // one that serves or sends: what is under way may take five seconds
	hurriedEnding = 100 * time.Millisecond // after a second signal
)

// untilSignal runs a command, which returns its exit code. After a signal it waits a moment for the command's own end. A
// command that goes on is abandoned, such as one whose output nobody reads: it commits nothing, and its temporary files are
// removed.
func (e *Env) untilSignal(ctx context.Context, run func() int) int {
	finished := make(chan int, 1)
	go func() { finished <- run() }()
	select {
	case code := <-finished:
		return code
	case <-ctx.Done():
	}
	second, _ := ctx.Value(secondSignal{}).(chan struct{})
	if code, ok := await(finished, second, ending+time.Duration(e.ending.Load())); ok {
		return code
	}
	e.abandoned.Store(true)
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

// await returns the exit code of a command that ends within a time, which a second signal cuts short.
func await(finished <-chan int, second <-chan struct{}, most time.Duration) (code int, ok bool) {
	for late := time.After(most); ; {
		select {
		case code := <-finished:
			return code, true
		case <-second:
			second, late = nil, time.After(hurriedEnding)
		case <-late:
			return 0, false
		}
	}
}
