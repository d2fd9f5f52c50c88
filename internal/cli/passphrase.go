package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"syncguard/internal/identity"
)

// passphraseFlags say where a passphrase is. It is never on the command line itself.
type passphraseFlags struct {
	file      string
	reference string // env:NAME
}

func (f *passphraseFlags) addFlags(cmd *cobra.Command, of string) {
	flags := cmd.Flags()
	flags.StringVar(&f.file, "passphrase-file", "", "file that holds the passphrase of "+of)
	flags.StringVar(&f.reference, "passphrase", "", "env:NAME, the environment variable that holds the passphrase")
	_ = cmd.MarkFlagFilename("passphrase-file")
}

func (f *passphraseFlags) given() bool { return f.file != "" || f.reference != "" }

func (f *passphraseFlags) check() error {
	switch {
	case f.reference != "" && f.file != "":
		return usage("give one of the two", "--passphrase cannot go with --passphrase-file")
	case f.reference != "" && !strings.HasPrefix(f.reference, "env:"):
		return usage("put it into a file for --passphrase-file, or into an environment variable for --passphrase env:NAME",
			"a passphrase never goes on the command line, where every user of the machine can read it")
	}
	return nil
}

// read returns the passphrase from where the flags say.
func (f *passphraseFlags) read(env *Env) ([]byte, error) {
	if f.file != "" {
		return readSecretLine(env, f.file)
	}
	name := strings.TrimPrefix(f.reference, "env:")
	value, ok := env.lookup(name)
	if !ok {
		return nil, fmt.Errorf("the environment variable %s is not set", name)
	}
	return []byte(value), nil
}

// readSecret reads a file that holds a secret.
func readSecret(env *Env, path string) ([]byte, error) {
	env.warnOfReaders(path)
	data, err := readFile(path)
	if err == nil && len(trimNewline(data)) == 0 {
		err = fmt.Errorf("%s: is empty, want a secret", path)
	}
	return trimNewline(data), err
}

// readSecretLine reads a file that holds a secret on its only line.
func readSecretLine(env *Env, path string) ([]byte, error) {
	secret, err := readSecret(env, path)
	if err == nil && bytes.ContainsAny(secret, "\r\n\x00") {
		err = fmt.Errorf("%s: holds several lines, want the secret alone", path)
	}
	return secret, err
}

func trimNewline(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
	}
	if n := len(b); n > 0 && b[n-1] == '\r' {
		b = b[:n-1]
	}
	return b
}

// asker returns the passphrase from where the flags say, or asks a person for it. It is nil where there is neither.
func (f *passphraseFlags) asker(ctx context.Context, env *Env, question string) identity.Passphrase {
	if f.given() {
		return func() ([]byte, error) { return f.read(env) }
	}
	if !env.hasPerson() {
		return nil
	}
	return func() ([]byte, error) { return env.askSecret(ctx, question) }
}

// hasPerson says whether somebody can be asked: stdin is a terminal, or stdin is taken and stderr is one.
func (e *Env) hasPerson() bool {
	_, in := terminal(e.Stdin)
	_, out := terminal(e.Stderr)
	return in || out && runtime.GOOS != "windows"
}

// askSecret asks without showing what is typed. An interruption gives the terminal back as it was.
func (e *Env) askSecret(ctx context.Context, question string) ([]byte, error) {
	tty, ok := terminal(e.Stdin)
	if !ok {
		var err error
		if tty, err = os.OpenFile("/dev/tty", os.O_RDWR, 0); err != nil {
			return nil, errors.New("there is no terminal to ask at")
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
		return nil, errors.Join(ctx.Err(), term.Restore(int(tty.Fd()), before))
	}
}

// warnOfReaders warns where others can read a file that holds a secret.
func (e *Env) warnOfReaders(path string) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || runtime.GOOS == "windows" {
		return
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		p := e.err()
		p.Warning(fmt.Sprintf("%s: mode is %04o, so other users of this machine can read the secret in it", path, mode))
		p.Hint("chmod 600 " + path)
	}
}
