package deploy

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"strings"
	"time"

	"syncguard/internal/diag"
	"syncguard/internal/secret"
)

// Host gives destinations their files, environment, clock and network.
type Host struct {
	ReadFile   func(path string) ([]byte, error)
	ReadSecret func(path string) ([]byte, error) // warns if others than the owner can read the file
	Getenv     func(name string) (string, bool)
	Now        func() time.Time
	Ask        func(ctx context.Context, question string) ([]byte, error) // asks a person for a secret; nil if nobody can be asked
	HTTP       http.RoundTripper                                          // nil for the default
	Warn       func(text string)
}

// Setup is the input of Destination.Open for one run.
type Setup struct {
	*Destination
	Host
	Given      Values
	Server     string         // address given by the user, "" for none
	Roots      *x509.CertPool // nil for the system's
	UserAgent  string
	Profiles   []*Profile // to send
	Check      bool       // send nothing: compare with the server
	DryRun     bool       // send nothing; credentials may be missing
	WriteFiles bool       // write files; no server is contacted

	// FlagForm is how a command takes a flag, for hints; nil for --NAME VALUE.
	FlagForm func(name, value string) string

	Redactor secret.Redactor // knows the secrets of the run
	Missing  []string        // names of the credentials missing in a dry run
	Close    []func()        // functions to call at the end of the run
}

// Start checks the flags, registers the profiles' secrets for masking, and opens the destination.
func (s *Setup) Start(ctx context.Context) (*Session, error) {
	if err := s.checkValues(s.Given); err != nil {
		return nil, err
	}
	if !s.WriteFiles { // before anybody types a secret for nothing
		if _, err := s.address(s.Destination.Address); err != nil {
			return nil, err
		}
	}
	for _, p := range s.Profiles {
		s.Redactor.AddAll(p.Root)
	}
	return s.Open(ctx, s)
}

// Text returns a flag's value: given, from the environment, or its default.
func (s *Setup) Text(name string) string {
	f, value := s.flag(name), ""
	if len(s.Given[name]) > 0 {
		value = s.Given[name][0]
	}
	if value == "" && f.Variable != "" && f.Kind != Secret {
		value, _ = s.Getenv(s.Variable(f.Variable))
	}
	if f.Kind == Choice {
		f.Default = f.Choices[0]
	}
	return cmp.Or(value, f.Default)
}

// Bool reports whether a switch is on.
func (s *Setup) Bool(name string) bool { return s.Text(name) == "true" }

// Duration returns a flag's value as a duration.
func (s *Setup) Duration(name string) time.Duration {
	d, _ := time.ParseDuration(s.Text(name)) // checkValues has parsed it
	return d
}

// form returns a flag as it is given on the command line.
func (s *Setup) form(name, value string) string {
	if s.FlagForm != nil {
		return s.FlagForm(name, value)
	}
	return "--" + name + " " + value
}

// HasCredentials reports whether the server can be asked: no credential is missing.
func (s *Setup) HasCredentials() bool { return len(s.Missing) == 0 }

// Client returns a client for the server, at the address given by the user or the environment, or else at this one.
func (s *Setup) Client(address string, o Options) (*Client, error) {
	address, err := s.address(address)
	if err != nil {
		return nil, err
	}
	if c, ok := o.Authorizer.(Credential); ok { // a server can echo it in this form
		s.Redactor.Add(c.proof)
	}
	return s.ClientAt(address, o)
}

// address returns the server's address, given by the user or the environment, or else this one.
func (s *Setup) address(address string) (string, error) {
	variable := s.Variable("URL")
	set, _ := s.Getenv(variable)
	if address = cmp.Or(s.Server, set, address); address == "" {
		return "", diag.Usage("or give "+s.form("server", "https://mdm.example.com"), "missing server address: set %s", variable)
	}
	if _, err := parseAddress(address); err != nil {
		return "", diag.Usage("for example https://mdm.example.com", "%s", err)
	}
	return address, nil
}

// ClientAt returns a client for another server, such as one issuing tokens.
func (s *Setup) ClientAt(address string, o Options) (*Client, error) {
	o.Roots, o.Transport, o.UserAgent, o.Redactor = s.Roots, s.HTTP, s.UserAgent, &s.Redactor
	return NewClient(address, o)
}

// HasSecret reports whether a secret is available without asking a person.
func (s *Setup) HasSecret(flag string) bool {
	set, _ := s.Getenv(s.Variable(s.flag(flag).Variable)) // a CI job without the secret has an empty one
	return s.Text(flag) != "" || set != ""
}

// Secret reads a secret from the flag's reference, its environment variable, or a person. A dry run continues without one.
func (s *Setup) Secret(ctx context.Context, flag string) (string, error) {
	f := s.flag(flag)
	if s.DryRun && !s.HasSecret(flag) {
		s.Missing = append(s.Missing, f.Usage)
		return "", nil
	}
	value, err := s.findSecret(ctx, f)
	s.Redactor.Add(value)
	switch {
	case err != nil:
		return "", err
	case value == "":
		return "", fmt.Errorf("%s is empty", f.Usage)
	case strings.ContainsAny(value, "\r\n\x00"):
		return "", fmt.Errorf("%s has several lines, want one", f.Usage)
	}
	return value, nil
}

func (s *Setup) findSecret(ctx context.Context, f Flag) (string, error) {
	reference, variable := s.Text(f.Name), s.Variable(f.Variable)
	if path, ok := strings.CutPrefix(reference, "file:"); ok {
		secret, err := s.ReadSecret(path)
		if err != nil {
			return "", fmt.Errorf("reading %s: %w", f.Usage, err)
		}
		return string(secret), nil
	}
	name, ok := strings.CutPrefix(reference, "env:")
	if !ok && reference != "" {
		return "", diag.Usage(fmt.Sprintf("save it in a file and give %s, or in an environment variable and give %s", s.form(f.Name, "file:PATH"), s.form(f.Name, "env:NAME")),
			"--%s takes env:NAME or file:PATH, not the secret: other users of this machine can read the command line", f.Name)
	}
	if ok {
		secret, set := s.Getenv(name)
		if !set {
			return "", fmt.Errorf("the environment variable %s is not set", name)
		}
		return secret, nil
	}
	if secret, set := s.Getenv(variable); set {
		return secret, nil
	}
	if s.Ask == nil {
		hint := fmt.Sprintf("set %s, or give %s", variable, s.form(f.Name, "file:PATH"))
		if f.Alternative != "" {
			hint = f.Alternative + ", or " + hint
		}
		return "", diag.WithHint(fmt.Errorf("missing %s", strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(f.Usage, "the "), "an "), "a ")), "%s", hint)
	}
	secret, err := s.Ask(ctx, strings.ToUpper(f.Usage[:1])+f.Usage[1:])
	return string(secret), err
}
