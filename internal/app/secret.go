package app

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/identity"
)

// PassphraseOptions are the source of a passphrase. The passphrase itself never goes on the command line.
type PassphraseOptions struct {
	File      string
	Reference string // env:NAME
}

func (o *PassphraseOptions) given() bool { return o.File != "" || o.Reference != "" }

func (o *PassphraseOptions) check() error {
	switch {
	case o.Reference != "" && o.File != "":
		return diag.Usage("use one of them", "--passphrase and --passphrase-file cannot be combined")
	case o.Reference != "" && !strings.HasPrefix(o.Reference, "env:"):
		return diag.Usage("use --passphrase-file FILE, or --passphrase env:NAME for an environment variable",
			"--passphrase takes env:NAME, not the passphrase: other users of this machine can read the command line")
	}
	return nil
}

// read returns the passphrase from the file or the environment variable.
func (o *PassphraseOptions) read(h *Host) ([]byte, error) {
	if o.File != "" {
		return h.readSecretLine(o.File)
	}
	name := strings.TrimPrefix(o.Reference, "env:")
	value, ok := h.getSecret(name)
	if !ok {
		return nil, fmt.Errorf("the environment variable %s is not set", name)
	}
	return []byte(value), nil
}

// asker returns a function to read the passphrase from its source or, without one, to ask a person. It returns nil with neither.
func (o *PassphraseOptions) asker(ctx context.Context, h *Host, question string) identity.Passphrase {
	if o.given() {
		return func() ([]byte, error) { return o.read(h) }
	}
	if h.Ask == nil {
		return nil
	}
	return func() ([]byte, error) { return h.Ask(ctx, question) }
}

// readSecret reads a secret from a file, without the newline at its end. It warns if other users can read the file.
func (h *Host) readSecret(path string) ([]byte, error) {
	h.warnOfReaders(path)
	data, err := h.readFile(path)
	if err == nil && len(trimNewline(data)) == 0 {
		err = fmt.Errorf("%s: is empty, want a secret", path)
	}
	return trimNewline(data), err
}

// readSecretLine is readSecret for a file of one line.
func (h *Host) readSecretLine(path string) ([]byte, error) {
	secret, err := h.readSecret(path)
	if err == nil && bytes.ContainsAny(secret, "\r\n\x00") {
		err = fmt.Errorf("%s: has several lines, want the secret alone", path)
	}
	return secret, err
}

func trimNewline(b []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
}

// warnOfReaders warns if other users can read a file of secrets.
func (h *Host) warnOfReaders(path string) {
	info, err := h.Files.Stat(path)
	if err != nil || !info.Mode().IsRegular() || runtime.GOOS == "windows" {
		return
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		h.warn(fmt.Sprintf("%s: mode %04o lets other users of this machine read the secret in it", path, mode), "chmod 600 "+path)
	}
}
