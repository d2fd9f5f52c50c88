package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/term"
)

// hasPerson reports whether somebody can be asked: stdin is a terminal, or stdin is taken and stderr is one.
func (e *Env) hasPerson() bool {
	_, in := terminal(e.Stdin)
	_, out := terminal(e.Stderr)
	return in || out && runtime.GOOS != "windows"
}

// askSecret asks without echo. An interruption restores the terminal.
func (e *Env) askSecret(ctx context.Context, question string) ([]byte, error) {
	tty, ok := terminal(e.Stdin)
	if !ok {
		var err error
		if tty, err = os.OpenFile("/dev/tty", os.O_RDWR, 0); err != nil {
			return nil, errors.New("no terminal to ask for it")
		}
		defer tty.Close()
	}
	before, err := term.GetState(int(tty.Fd()))
	if err != nil {
		return nil, err
	}
	e.err().Ask(question)
	defer fmt.Fprintln(e.Stderr)
	type answer struct {
		secret []byte
		err    error
	}
	answered := make(chan answer, 1)
	go func() {
		secret, err := term.ReadPassword(int(tty.Fd()))
		answered <- answer{secret, err}
	}()
	select {
	case a := <-answered:
		return a.secret, a.err
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), restore(int(tty.Fd()), before))
	}
}

// restore restores a terminal. The goroutine about to read from it may only now turn off the echo: restore waits for that.
func restore(tty int, before *term.State) error {
	for range 50 {
		if now, err := term.GetState(tty); err != nil || *now != *before {
			break
		}
		time.Sleep(time.Millisecond)
	}
	return term.Restore(tty, before)
}
