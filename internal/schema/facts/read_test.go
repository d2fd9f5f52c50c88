package facts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/fact"
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

// read reads facts as they are written in facts.json, and refuses mistakes.
func read(data string) (*Facts, error) {
	in := &file{}
	d := json.NewDecoder(bytes.NewReader([]byte(data)))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(in); err != nil {
		return nil, err
	}
	return in.facts()
}

// file is facts.json as it is written.
type file struct {
	Secrets      Secrets
	Preferences  Preferences
	Counterparts []extension
	Groups       map[string][]string
	Conditions   []condition
	Meanings     []meaning
	References   []reference
	Envelope     []envelopeNeed
	Tolerances   []tolerance
	Extensions   []extension
	Effects      []effect
	Renames      []rename
	Units        []quantity
}

type condition struct {
	site
	When     []test
	Kind     Kind
	Keys     []string
	Severity string
	Rule     string
	Help     string
}

type meaning struct {
	site
	Is       Sense
	Schemes  []string
	Password string
	Octets   int
	Severity string
	Rule     string
}

type reference struct {
	site
	To string
}

type envelopeNeed struct {
	site
	Key, Is  string
	Platform target.Platform
	Since    string
	Severity string
	Rule     string
}

type tolerance struct {
	site
	Rules    []string
	Severity string
}

type extension struct {
	site
	Of string
}

type quantity struct {
	site
	Unit Unit
}

type rename struct {
	site
	To, As   string
	Inverted bool
}

type effect struct {
	site
	Is        []any
	On        []target.Enrollment
	Platforms []target.Platform
	Does      Doing
	Unless    string
	Needs     string
	Restricts bool
	Text      string
	Detail    bool
	Evidence  fact.Evidence
}

type site struct {
	Types  []string
	At     string
	Or     []string // other paths of the same fact
	Source string
}

type test struct {
	Key     string
	Is, Not []any
	Absent  bool
}

// facts checks the facts.
func (in *file) facts() (*Facts, error) {
	r := &reader{}
	f := &Facts{Secrets: in.Secrets, Preferences: in.Preferences, Groups: in.Groups}
	r.check(slices.IsSorted(in.Secrets.Keys) && (len(in.Secrets.Keys) == 0 || in.Secrets.Source != ""), "secrets: want sorted keys and a source")
	for _, form := range f.Secrets.Forms {
		r.check(form.What != "" && len(form.Begins) >= 3 && form.Source != "", "form %q: want what, begins (3 characters or more) and source", form.Begins)
	}
	for _, c := range in.Conditions {
		kinds := []Kind{Requires, OneOf, AtMostOne, Forbids, Ignores, Contradicts}
		usual := diag.Error
		if c.Kind == Ignores {
			usual = diag.Warning
		}
		for _, s := range r.sites(c.site) {
			f.Conditions = append(f.Conditions, Condition{s, r.tests(c.When), known(r, c.Kind, kinds), c.Keys, r.severity(c.Severity, usual), c.Rule, c.Help})
		}
		r.check((c.Kind == Contradicts) == (len(c.Keys) == 0), "condition of kind %q: invalid number of keys %d", c.Kind, len(c.Keys))
	}
	for _, m := range in.Meanings {
		senses := []Sense{IPAddress, Host, IPOrHost, URL, DomainPattern, UUID, ReverseDNS, BundleIdentifier, Base64, TimeZone, OSVersion, LocalDateTime, CodeRequirement, TeamIdentifier, Text,
			Certificate, PEMCertificate, Identity, Image, Font, SHA256, Fingerprint, Script}
		for _, s := range r.sites(m.site) {
			f.Meanings = append(f.Meanings, Meaning{s, known(r, m.Is, senses), m.Schemes, m.Password, m.Octets, r.severity(m.Severity, diag.Error), m.Rule})
		}
	}
	for _, x := range in.References {
		r.check(len(in.Groups[x.To]) > 0, "unknown group %q", x.To)
		for _, s := range r.sites(x.site) {
			f.References = append(f.References, Reference{s, in.Groups[x.To]})
		}
	}
	for _, e := range in.Envelope {
		since, err := target.ParseVersion(e.Since)
		r.check(err == nil, "%v", err)
		for _, s := range r.sites(e.site) {
			f.Envelope = append(f.Envelope, EnvelopeNeed{s, e.Key, e.Is, known(r, e.Platform, target.Platforms()), since, r.severity(e.Severity, diag.Error), e.Rule})
		}
	}
	for _, t := range in.Tolerances {
		r.check(len(t.Rules) > 0, "tolerance: missing rules")
		for _, s := range r.sites(t.site) {
			f.Tolerances = append(f.Tolerances, Tolerance{s, t.Rules, r.severity(t.Severity, diag.Warning)})
		}
	}
	for _, x := range in.Extensions {
		r.check(x.Of != "", "extension: missing of")
		for _, s := range r.sites(x.site) {
			f.Extensions = append(f.Extensions, Extension{s, x.Of})
		}
	}
	for _, x := range in.Counterparts {
		r.check(x.Of != "", "counterpart: missing of")
		for _, s := range r.sites(x.site) {
			f.Counterparts = append(f.Counterparts, Extension{s, x.Of})
		}
	}
	for _, e := range in.Effects {
		f.Effects = append(f.Effects, r.effects(e)...)
	}
	for _, x := range in.Renames {
		r.check(x.To != "" && x.As != "" && x.At != "", "rename: want at, to and as")
		for _, s := range r.sites(x.site) {
			f.Renames = append(f.Renames, Rename{s, x.To, x.As, x.Inverted})
		}
	}
	for _, x := range in.Units {
		for _, s := range r.sites(x.site) {
			f.Units = append(f.Units, Quantity{s, known(r, x.Unit, []Unit{Milliseconds, Seconds, Minutes, Days, Bytes, Megabytes})})
		}
	}
	return f, errors.Join(r.errs...)
}

func (r *reader) effects(in effect) []Effect {
	r.check(in.Does != "" || in.Text != "", "effect on %q: want does or text", in.Types)
	e := Effect{Is: r.values(in.Is), Unless: in.Unless, Needs: in.Needs, Restricts: in.Restricts, Text: in.Text, Detail: in.Detail, Evidence: fact.Apple}
	if in.Does != "" {
		e.Does = known(r, in.Does, []Doing{Enforces, Locks, Presets, Nothing})
	}
	if in.Evidence != "" {
		e.Evidence = known(r, in.Evidence, []fact.Evidence{fact.Apple, fact.Community, fact.Unverified})
	}
	for _, on := range in.On {
		e.On = append(e.On, known(r, on, target.Enrollments()))
	}
	for _, p := range in.Platforms {
		e.Platforms = append(e.Platforms, known(r, p, target.Platforms()))
	}
	var all []Effect
	for _, s := range r.sites(in.site) {
		e.Site = s
		all = append(all, e)
	}
	return all
}

// reader collects the mistakes of a file.
type reader struct {
	errs []error
}

func (r *reader) check(ok bool, format string, args ...any) {
	if !ok {
		r.errs = append(r.errs, fmt.Errorf(format, args...))
	}
}

// known returns a word, and notes a mistake if it is not in all.
func known[T ~string](r *reader, word T, all []T) T {
	r.check(slices.Contains(all, word), "unknown word %q, want one of %q", word, all)
	return word
}

// sites returns one site for each path of a fact.
func (r *reader) sites(s site) []Site {
	r.check(len(s.Types) > 0, "fact at %q: missing types", s.At)
	r.check(s.Source != "", "fact about %q at %q: missing source", s.Types, s.At)
	sites := []Site{{s.Types, s.At, s.Source}}
	for _, path := range s.Or {
		sites = append(sites, Site{s.Types, path, s.Source})
	}
	return sites
}

func (r *reader) severity(name string, usual diag.Severity) diag.Severity {
	if name == "" {
		return usual
	}
	for _, s := range []diag.Severity{diag.Note, diag.Warning, diag.Error} {
		if s.String() == name {
			return s
		}
	}
	r.check(false, "unknown severity %q", name)
	return usual
}

func (r *reader) tests(in []test) []Test {
	var tests []Test
	for _, t := range in {
		r.check(t.Key != "", "test: missing key")
		tests = append(tests, Test{t.Key, r.values(t.Is), r.values(t.Not), t.Absent})
	}
	return tests
}

func (r *reader) values(in []any) []*plist.Value {
	var values []*plist.Value
	for _, x := range in {
		switch x := x.(type) {
		case string:
			values = append(values, plist.NewString(x))
		case bool:
			values = append(values, plist.NewBoolean(x))
		case json.Number:
			n, err := x.Int64()
			r.check(err == nil, "invalid number %q: want an integer", x)
			values = append(values, plist.NewInteger(n))
		default:
			r.check(false, "invalid value %v of a test: want a string, boolean or integer", x)
		}
	}
	return values
}
