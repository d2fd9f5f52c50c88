package cli

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/term"

	"syncguard/internal/identity"
)

// pager is stdout, through a program that shows a page at a time where a person sits at it and the text is longer than the
// screen. Without such a program, or where it cannot start, the text goes to stdout itself.
type pager struct {
	env     *Env
	command []string // none without a pager
	rows    int      // of the screen

	held bytes.Buffer // what is not written yet, since it may fit
	run  *exec.Cmd
	pipe io.WriteCloser
	quit bool // whoever reads has left the program, which is no error
}

func newPager(env *Env, off bool) *pager {
	p := &pager{env: env}
	f, ok := terminal(env.Stdout)
	if off || !ok {
		return p
	}
	if _, rows, err := term.GetSize(int(f.Fd())); err == nil && rows > 0 {
		p.command, p.rows = env.pagerCommand(), rows
	}
	return p
}

// pagerCommand is $SYNCGUARD_PAGER, else $PAGER, else less where it is there. An empty one and cat are none. It is split
// into words, and no shell is asked.
func (e *Env) pagerCommand() []string {
	for _, name := range []string{"SYNCGUARD_PAGER", "PAGER"} {
		line, set := e.lookup(name)
		if !set {
			continue
		}
		if strings.TrimSpace(line) == "" || line == "cat" {
			return nil
		}
		words, err := identity.SplitCommand(line)
		if err != nil {
			e.err().Warning(name + ": " + err.Error() + "; the text is shown without a pager")
			return nil
		}
		return words
	}
	if path, err := exec.LookPath("less"); err == nil {
		return []string{path}
	}
	return nil
}

// Write takes text. It fails only where stdout itself does.
func (p *pager) Write(b []byte) (int, error) {
	switch {
	case p.quit:
		return len(b), nil
	case p.pipe != nil:
		return p.send(b)
	case len(p.command) == 0:
		return p.env.Stdout.Write(b)
	}
	p.held.Write(b)
	if bytes.Count(p.held.Bytes(), []byte("\n")) < p.rows {
		return len(b), nil
	}
	p.start()
	return len(b), p.flush()
}

func (p *pager) send(b []byte) (int, error) {
	if _, err := p.pipe.Write(b); errors.Is(err, syscall.EPIPE) || errors.Is(err, os.ErrClosed) {
		p.quit = true
	} else if err != nil {
		return 0, err
	}
	return len(b), nil
}

// start starts the program. LESS is what git sets: quit where it fits, show colours, leave the text on the screen.
// LESSSECURE keeps less from running commands and opening files, since what is shown comes from anybody.
func (p *pager) start() {
	run := exec.Command(p.command[0], p.command[1:]...)
	run.Stdout, run.Stderr = p.env.Stdout, p.env.Stderr
	less, _ := p.env.lookup("LESS")
	run.Env = append(p.env.Environ[:len(p.env.Environ):len(p.env.Environ)], "LESS="+cmp.Or(less, "FRX"), "LESSSECURE=1")
	pipe, err := run.StdinPipe()
	if err == nil {
		err = run.Start()
	}
	if err != nil {
		p.env.err().Warning("the pager cannot start: " + err.Error())
		p.command = nil
		return
	}
	p.run, p.pipe = run, pipe
}

// flush writes what was held back.
func (p *pager) flush() error {
	b := p.held.Bytes()
	p.held = bytes.Buffer{}
	var err error
	if p.pipe != nil {
		_, err = p.send(b)
	} else {
		_, err = p.env.Stdout.Write(b)
	}
	return err
}

// Close writes what is left, and waits until the person has left the program.
func (p *pager) Close() error {
	if p.pipe == nil {
		return p.flush()
	}
	err := p.pipe.Close()
	_ = p.run.Wait() // its exit code says nothing of the text
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
