package inventory

import (
	"cmp"
	"fmt"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/fact"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// check refuses assumptions and columns that do not exist.
func (o *Options) check() error {
	if s := o.Assume.Supervised; s != "" && s != "yes" && s != "no" {
		return diag.Usage("want supervised=yes or supervised=no", "invalid --assume supervised=%s", s)
	}
	if e := o.Assume.Enrollment; e != "" {
		words := make([]string, 0, 6)
		for _, known := range target.Enrollments() {
			words = append(words, string(known))
			if e == known {
				return nil
			}
		}
		return diag.Usage(cmp.Or(text.DidYouMean(string(e), words), "want "+text.Choices(words)), "unknown enrollment %s for --assume", text.Quote(string(e)))
	}
	return nil
}

// resolver makes devices of records.
type resolver struct {
	assume     Assume
	understood *Understood
	data       *sourceData
	systems    map[string]system // by text; the same few texts come again and again
	released   map[target.Target]string
	fine       [2]target.Target      // the last two that exist: without the enrollment, and with it
	last       [atVersion + 1]system // of the row before
	sawVersion bool
	missing    map[Field]string // notes on fields that no row has, for the first device concerned
	iPads      bool             // supervised ones that may be Shared iPads
	unsure     bool             // devices called iOS that may be iPads
	serials    *serials
	platforms  map[[3]string]bool // words, platform and model that Understood was told of

	readings   [fieldCount]map[string]reading // by value, of one source
	readingsOf *source
}

// maxMemory bounds what a resolver remembers.
const maxMemory = 4096

func newResolver(a Assume, u *Understood) *resolver {
	return &resolver{assume: a, understood: u, data: sources(), systems: map[string]system{}, released: map[target.Target]string{}, platforms: map[[3]string]bool{}, serials: newSerials()}
}

// device makes the device of a record.
func (r *resolver) device(rec *record) Device {
	d := Device{Row: rec.row, Serial: valid(rec.text[atSerial]), Name: valid(rec.text[atName]), Model: valid(cmp.Or(rec.text[atModel], rec.also))}
	if len(rec.more) > 0 {
		d.Groups = make([]string, min(len(rec.more), maxGroups))
		for i := range d.Groups {
			d.Groups[i] = valid(rec.more[i])
		}
	}
	if len(rec.more) > maxGroups {
		r.understood.noteOnce("only the first %d groups of a device count", maxGroups)
	}
	if rec.broken != "" {
		d.Lacks, d.Because = LacksFields, rec.broken
		return d
	}
	r.noteSerial(d.Serial)
	d.Lacks, d.Because = r.target(rec, &d.Target)
	return d
}

// noteSerial counts rows whose serial number an earlier row has: lists of two servers name a device twice, and so do pages read twice.
func (r *resolver) noteSerial(serial string) {
	if len(serial) < 5 { // Apple's are longer; these are words such as n/a
		return
	}
	if r.serials.add(serial) {
		r.understood.Repeated++
	}
}

// target finds the target of a record, or what it lacks. What is known stays in the target.
func (r *resolver) target(rec *record, t *target.Target) (Lack, string) {
	if lacks, because := r.platform(rec, t); lacks != "" {
		return lacks, because
	}
	s := r.read(rec)
	if s.kind == unmanaged || s.kind == pending {
		return NotManaged, text.Quote(s.words)
	} else if s.managed == no {
		return NotManaged, "managed: " + text.Quote(rec.text[atManaged])
	}
	if lacks, because := r.version(rec, t); lacks != "" {
		return lacks, because
	}
	if lacks, because := r.enrollment(rec, s, t); lacks != "" {
		return lacks, because
	}
	r.noteConcerned(rec, *t)
	return r.check(*t)
}

// Bounds on what is kept of a device.
const (
	maxGroups = 500
	maxText   = 256 // bytes
)

// valid returns a text as UTF-8 of at most maxText bytes.
func valid(s string) string {
	if len(s) > maxText {
		s = s[:maxText] + "..."
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// platform finds the platform. A model decides between iOS and iPadOS: many sources call both iOS.
func (r *resolver) platform(rec *record, t *target.Target) (Lack, string) {
	named, version := r.systemAt(rec, atPlatform), r.systemAt(rec, atVersion)
	model, known := modelOf(rec)
	if named.platform == "" && named.other == "" {
		named.platform, _ = readModel(rec.text[atPlatform]) // a kind of device in place of a platform
	}
	t.Platform = cmp.Or(named.platform, version.platform, model)
	other := cmp.Or(named.other, version.other)
	switch {
	case other != "" && model == "":
		t.Platform = ""
		return NotApple, text.Quote(other)
	case known && model == "":
		return NotApple, "a HomePod takes no profiles of its own"
	case t.Platform == "":
		return LacksPlatform, quoteAny(rec.text[atPlatform], rec.text[atModel])
	case named.platform != "" && version.platform != "" && !sameFamily(named.platform, version.platform):
		return Contradicts, fmt.Sprintf("%s, and %s", text.Quote(rec.text[atPlatform]), text.Quote(rec.text[atVersion]))
	case model != "" && !sameFamily(t.Platform, model):
		return Contradicts, fmt.Sprintf("%s, and the model %s", t.Platform, text.Quote(cmp.Or(rec.text[atModel], rec.also)))
	}
	if model != "" {
		t.Platform = model
	}
	return "", ""
}

// modelOf returns the platform of the model, by either of its names.
func modelOf(rec *record) (target.Platform, bool) {
	if p, known := readModel(rec.text[atModel]); known {
		return p, true
	}
	return readModel(rec.also)
}

// version finds the version, of the field for it or behind the name of the platform.
func (r *resolver) version(rec *record, t *target.Target) (Lack, string) {
	got := r.systemAt(rec, atVersion)
	if rec.text[atVersion] == "" {
		got = r.systemAt(rec, atPlatform)
	}
	switch t.Version = got.version; {
	case got.badText != "":
		return LacksVersion, text.Quote(got.badText)
	case t.Version.IsZero():
		return LacksVersion, cmp.Or(quoteAny(rec.text[atVersion]), silence(rec, Version))
	}
	r.sawVersion = true
	called := t.Platform
	if t.Platform == target.IPadOS && t.Version.Major < 13 { // iPadOS began with 13
		t.Platform = target.IOS
	}
	r.tellPlatform(rec, called, t.Platform)
	return r.check(*t)
}

// sameFamily is true for platforms that sources do not tell apart.
func sameFamily(a, b target.Platform) bool { return a.Schema() == b.Schema() }

func quoteAny(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return text.Quote(s)
		}
	}
	return ""
}

// silence tells why a source has no field.
func silence(rec *record, f Field) string {
	if rec.source == nil {
		return ""
	}
	return cmp.Or(rec.source.Silent[f], rec.source.Missing[f])
}

// systemAt reads the platform, or the version, that a record has at a place. Rows often repeat those before them.
func (r *resolver) systemAt(rec *record, at int) system {
	s := rec.text[at]
	if s == "" {
		return system{}
	}
	if r.last[at].words != s {
		r.last[at] = r.readSystem(s)
	}
	return r.last[at]
}

func (r *resolver) readSystem(s string) system {
	known, ok := r.systems[s]
	if !ok {
		s = strings.Clone(s) // the text of a row is part of a larger one
		known = readSystem(s)
		known.words = s
		if len(r.systems) < maxMemory {
			r.systems[s] = known
		}
	}
	return known
}

// tellPlatform records what the words for the platform are read as.
func (r *resolver) tellPlatform(rec *record, called, is target.Platform) {
	words := rec.text[atPlatform]
	named := r.systemAt(rec, atPlatform).platform
	if key := [3]string{words, string(called), string(is)}; named == "" || len(r.understood.Values) >= maxValues || r.platforms[key] {
		return
	} else if len(r.platforms) < maxMemory {
		key[0] = strings.Clone(words)
		r.platforms[key] = true
	}
	switch {
	case called != is:
		words += ", before 13"
	case named != is:
		words += ", of the model " + strings.TrimRight(cmp.Or(rec.text[atModel], rec.also), "0123456789,")
	}
	r.understood.value(Meaning{Field: Platform, Value: words, Means: string(is)})
}

// check refuses versions that the platform never had, and combinations found on no device.
func (r *resolver) check(t target.Target) (Lack, string) {
	if t == r.fine[0] || t == r.fine[1] {
		return "", ""
	}
	problem, known := r.released[t]
	if !known {
		if err := t.Check(); err != nil {
			problem = err.Error()
		}
		if len(r.released) < maxMemory {
			r.released[t] = problem
		}
	}
	if problem != "" {
		return NeverReleased, problem
	}
	r.fine[0], r.fine[1] = r.fine[1], t
	return "", ""
}

// said is what a record says of an enrollment.
type said struct {
	kind       kind
	because    string // what its value adds
	words      string // the value
	supervised answer
	managed    answer
	shared     answer
}

// read reads the words of a record about the enrollment.
func (r *resolver) read(rec *record) (s said) {
	s.supervised, s.managed, s.shared = r.answer(rec, atSupervised), r.answer(rec, atManaged), r.answer(rec, atShared)
	s.words = rec.text[atEnrollment]
	s.kind, s.because = r.kindOf(rec, atEnrollment)
	if r.answer(rec, atAutomated) == yes && (s.kind == "" || s.kind == byDevice || s.kind == supervised) {
		s.kind = byAutomated
	}
	switch reported, _ := r.kindOf(rec, atChannel); {
	case reported == byUser || reported == bySharedIPad:
		s.kind, s.because = reported, ""
	case reported == byDevice && s.kind == unclear:
		s.kind, s.because = byDevice, ""
	}
	return s
}

// reading is what a value was read as.
type reading struct {
	answer  answer
	kind    kind
	because string
}

// remembered reads a value once: the same few come again and again. Only a new one is recorded in Understood.
func (r *resolver) remembered(rec *record, at int, read func(f Field, words string) reading) reading {
	words := rec.text[at]
	if words == "" {
		return reading{}
	}
	if rec.source != r.readingsOf {
		r.readings, r.readingsOf = [fieldCount]map[string]reading{}, rec.source
	}
	known, ok := r.readings[at][words]
	if !ok {
		words = strings.Clone(words)
		known = read(fieldAt[at], words)
		if r.readings[at] == nil {
			r.readings[at] = map[string]reading{}
		}
		if len(r.readings[at]) < maxMemory {
			r.readings[at][words] = known
		}
	}
	return known
}

// answer reads a yes or no.
func (r *resolver) answer(rec *record, at int) answer {
	return r.remembered(rec, at, func(f Field, words string) reading { return r.readAnswer(rec, f, words) }).answer
}

func (r *resolver) readAnswer(rec *record, f Field, words string) reading {
	if m := rec.source.meaning(f, words); m != nil {
		r.tell(f, words, m.Means.describe(), m.Statement, m.Because)
		if m.Means == unmanaged {
			return reading{answer: no}
		}
		return reading{answer: yes}
	}
	a := readAnswer(words)
	means := a.String()
	switch {
	case f == automated && a == yes:
		words, means = byAutomated.describe()+": "+words, byAutomated.describe()
	case f == automated:
		words, means = byAutomated.describe()+": "+words, "another enrollment"
	case f == Managed && a == unsaid:
		means = "nothing about the enrollment"
	case a == unsaid:
		means = "nothing: neither yes nor no"
	}
	r.tell(f, words, means, fact.Statement{}, "")
	return reading{answer: a}
}

func (r *resolver) tell(f Field, words, means string, s fact.Statement, because string) {
	if len(r.understood.Values) < maxValues {
		r.understood.value(Meaning{Field: shown(f), Value: words, Means: means, Evidence: s.Evidence, Source: s.Source, Because: because})
	}
}

// kindOf reads a kind of enrollment.
func (r *resolver) kindOf(rec *record, at int) (k kind, because string) {
	known := r.remembered(rec, at, func(f Field, words string) reading { return r.readKind(rec, f, words) })
	return known.kind, known.because
}

func (r *resolver) readKind(rec *record, f Field, words string) reading {
	m := rec.source.meaning(f, words)
	if m == nil && f == Enrollment {
		m = columnMeanings()[strings.ToLower(strings.TrimSpace(words))]
	}
	if m == nil {
		r.tell(f, words, "nothing: unknown", fact.Statement{}, "")
		return reading{kind: unclear, because: "unknown word"}
	}
	means := m.Means.describe()
	if m.Means == "" {
		means = "nothing about the enrollment"
	}
	r.tell(f, words, means, m.Statement, m.Because)
	return reading{kind: m.Means, because: m.Because}
}
