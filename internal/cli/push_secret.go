package cli

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"syncguard/internal/plist"
)

// secretFlag says where a credential is: in an environment variable or a file. It is never on the command line itself.
type secretFlag struct {
	what      string // it is, such as "the API token"
	instead   string // another way than giving it, for a hint; may be empty
	variable  string // in which it is looked for without the flag
	flag      string
	reference string
}

func (f *secretFlag) addFlags(cmd *cobra.Command, flag string) {
	f.flag = flag
	cmd.Flags().StringVar(&f.reference, flag, "", fmt.Sprintf("env:NAME or file:PATH, where %s is; by default env:%s", f.what, f.variable))
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions([]string{"env:", "file:"}, cobra.ShellCompDirectiveNoSpace))
}

// isThere says whether the secret can be had without asking a person.
func (f *secretFlag) isThere(env *Env) bool {
	secret, _ := env.lookup(f.variable) // a CI job without the secret has an empty one
	return f.reference != "" || secret != ""
}

// read returns the secret from where the flag says, from its variable, or from a person at a terminal.
func (f *secretFlag) read(ctx context.Context, env *Env) (string, error) {
	secret, err := f.find(ctx, env)
	if err != nil {
		return "", err
	}
	if secret == "" {
		return "", fmt.Errorf("%s is empty", f.what)
	}
	if strings.ContainsAny(secret, "\r\n\x00") {
		return "", fmt.Errorf("%s is of several lines, want one", f.what)
	}
	return secret, nil
}

func (f *secretFlag) find(ctx context.Context, env *Env) (string, error) {
	if path, ok := strings.CutPrefix(f.reference, "file:"); ok {
		secret, err := readSecretLine(env, path)
		return string(secret), err
	}
	name, ok := strings.CutPrefix(f.reference, "env:")
	if !ok && f.reference != "" {
		return "", usage(fmt.Sprintf("put it into a file for --%s file:PATH, or into an environment variable for --%s env:NAME", f.flag, f.flag),
			"a secret never goes on the command line, where every user of the machine can read it")
	}
	if ok {
		secret, set := env.lookup(name)
		if !set {
			return "", fmt.Errorf("the environment variable %s is not set", name)
		}
		return secret, nil
	}
	if secret, set := env.lookup(f.variable); set {
		return secret, nil
	}
	if !env.hasPerson() {
		return "", withHint(fmt.Errorf("%s is not given", f.what), "%sset %s, or give --%s file:PATH", cond(f.instead != "", f.instead+", or "), f.variable, f.flag)
	}
	secret, err := env.askSecret(ctx, strings.ToUpper(f.what[:1])+f.what[1:])
	return string(secret), err
}

// hiding keeps secrets out of what a server says: it can echo what it was sent. It is for any number of goroutines.
type hiding struct {
	mu      sync.Mutex
	secrets []string // the longest first, so that none is left in part by a shorter one in it
}

// shortest is how long a text must be to be looked for: shorter ones are in every sentence.
const shortest = 4

func (h *hiding) add(secret string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(secret) < shortest || slices.Contains(h.secrets, secret) {
		return
	}
	h.secrets = append(h.secrets, secret)
	slices.SortFunc(h.secrets, func(a, b string) int { return len(b) - len(a) })
}

// addAll adds the secrets of a tree.
func (h *hiding) addAll(v *plist.Value) {
	if v == nil {
		return
	}
	switch {
	case v.Secret && v.Kind == plist.String:
		h.add(v.Text)
	case v.Secret && v.Kind == plist.Integer:
		h.add(v.Int.String())
	case v.Secret && v.Kind == plist.Data:
		h.add(base64.StdEncoding.EncodeToString(v.Data))
	}
	for _, f := range v.Fields {
		h.addAll(f.Value)
	}
	for _, item := range v.Items {
		h.addAll(item)
	}
}

func (h *hiding) hide(text string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var pairs []string
	for _, secret := range h.secrets {
		pairs = append(pairs, secret, "(secret)")
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// hiddenError is an error without secrets in its text.
type hiddenError struct {
	error
	text string
}

func (e *hiddenError) Error() string { return e.text }
func (e *hiddenError) Unwrap() error { return e.error }

func (h *hiding) hideIn(err error) error {
	if err == nil {
		return nil
	}
	return &hiddenError{err, h.hide(err.Error())}
}
