package facts

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/fact"
	"syncguard/internal/plist"
	"syncguard/internal/target"
)

//go:embed facts.json
var source []byte

// Embedded returns the facts that are part of the program, read when they are first asked for.
var Embedded = sync.OnceValues(func() (*Facts, error) { return Parse(source) })

// file is facts.json as it is written.
type file struct {
	Secrets      Secrets
	Preferences  Preferences
	Combined     Combined
	Counterparts []extension
	Groups       map[string][]string
	Conditions   []struct {
		site
		When     []test
		Kind     Kind
		Keys     []string
		Severity string
		Rule     string
		Help     string
	}
	Meanings []struct {
		site
		Is       Sense
		Schemes  []string
		Password string
		Octets   int
		Severity string
		Rule     string
	}
	References []struct {
		site
		To string
	}
	Envelope []struct {
		site
		Key, Is  string
		Platform target.Platform
		Since    string
		Severity string
		Rule     string
	}
	Tolerances []struct {
		site
		Rules    []string
		Severity string
	}
	Extensions []extension
	Effects    []effect
	Renames    []struct {
		site
		To, As   string
		Inverted bool
	}
}

type extension struct {
	site
	Of string
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
	Or     []string // other paths where it holds as well
	Source string
}

type test struct {
	Key     string
	Is, Not []any
	Absent  bool
}

// Parse reads facts as they stand in facts.json.
func Parse(data []byte) (*Facts, error) {
	var in file
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("reading the facts: %w", err)
	}
	f, err := in.facts()
	if err != nil {
		return nil, fmt.Errorf("reading the facts: %w", err)
	}
	f.index()
	return f, nil
}

func (in file) facts() (*Facts, error) {
	r := &reader{}
	f := &Facts{Secrets: in.Secrets, Preferences: in.Preferences, Combined: in.Combined, Groups: in.Groups}
	r.check(slices.IsSorted(in.Secrets.Keys) && (len(in.Secrets.Keys) == 0 || in.Secrets.Source != ""), "the keys of secrets are not sorted, or have no source")
	for i := range f.Secrets.Forms {
		form := &f.Secrets.Forms[i]
		r.check(form.What != "" && len(form.Begins) >= 3 && form.Source != "", "the form %q lacks what it is, how it begins, or a source", form.Begins)
		form.matcher = sync.OnceValue(func() *regexp.Regexp {
			return regexp.MustCompile("^" + regexp.QuoteMeta(form.Begins) + "(?:" + form.Then + ")")
		})
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
		r.check((c.Kind == Contradicts) == (len(c.Keys) == 0), "a condition of kind %q has %d keys", c.Kind, len(c.Keys))
	}
	for _, m := range in.Meanings {
		senses := []Sense{IPAddress, Host, IPOrHost, URL, DomainPattern, UUID, ReverseDNS, BundleIdentifier, Base64, TimeZone, OSVersion, LocalDateTime, CodeRequirement, TeamIdentifier, Text,
			Certificate, PEMCertificate, Identity, Image, Font, SHA256, Fingerprint, Script}
		for _, s := range r.sites(m.site) {
			f.Meanings = append(f.Meanings, Meaning{s, known(r, m.Is, senses), m.Schemes, m.Password, m.Octets, r.severity(m.Severity, diag.Error), m.Rule})
		}
	}
	for _, x := range in.References {
		r.check(len(in.Groups[x.To]) > 0, "no group is called %q", x.To)
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
		r.check(len(t.Rules) > 0, "a tolerance names no rule")
		for _, s := range r.sites(t.site) {
			f.Tolerances = append(f.Tolerances, Tolerance{s, t.Rules, r.severity(t.Severity, diag.Warning)})
		}
	}
	for _, x := range in.Extensions {
		r.check(x.Of != "", "an extension extends nothing")
		for _, s := range r.sites(x.site) {
			f.Extensions = append(f.Extensions, Extension{s, x.Of})
		}
	}
	for _, x := range in.Counterparts {
		r.check(x.Of != "", "a counterpart names no declaration")
		for _, s := range r.sites(x.site) {
			f.Counterparts = append(f.Counterparts, Extension{s, x.Of})
		}
	}
	for _, e := range in.Effects {
		f.Effects = append(f.Effects, r.effects(e)...)
	}
	for _, x := range in.Renames {
		r.check(x.To != "" && x.As != "" && x.At != "", "a rename names no key")
		for _, s := range r.sites(x.site) {
			f.Renames = append(f.Renames, Rename{s, x.To, x.As, x.Inverted})
		}
	}
	return f, errors.Join(r.errs...)
}

func (r *reader) effects(in effect) []Effect {
	r.check(in.Does != "" || in.Text != "", "an effect on %q says nothing", in.Types)
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

// reader collects what is wrong with a file.
type reader struct {
	errs []error
}

func (r *reader) check(ok bool, format string, args ...any) {
	if !ok {
		r.errs = append(r.errs, fmt.Errorf(format, args...))
	}
}

// known returns a word, which has to be one of a vocabulary.
func known[T ~string](r *reader, word T, all []T) T {
	r.check(slices.Contains(all, word), "unknown word %q, want one of %q", word, all)
	return word
}

// sites returns one site for each path of a fact.
func (r *reader) sites(s site) []Site {
	r.check(len(s.Types) > 0, "the fact at %q names no type", s.At)
	r.check(s.Source != "", "the fact about %q at %q has no source", s.Types, s.At)
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
		r.check(t.Key != "", "a test names no key")
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
			r.check(err == nil, "%q is no integer", x)
			values = append(values, plist.NewInteger(n))
		default:
			r.check(false, "a test compares with %v, want a string, boolean or integer", x)
		}
	}
	return values
}
