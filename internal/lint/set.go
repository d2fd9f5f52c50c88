package lint

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/merge"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/text"
	"syncguard/internal/work"
	"syncguard/profiles"
)

// This file checks profiles and declarations landing on one device together, each against those before it. A set may have tens
// of thousands of files, so a Set remembers of a file what a later one can clash with, and nothing twice.

// FileFacts holds the facts of one profile or declaration for a set check. It keeps the file's text, for findings to point at.
type FileFacts struct {
	Signed bool  // positions are those in the signed content
	Bound  Bound // for the findings about it

	name     string
	file     *diag.File // nil for input without positions
	content  digest
	scope    string // PayloadScope, "" if absent
	declares string // the type of a declaration, "" for a profile
	targets  targetCuts

	identifier, displayName textAt // of the top level
	payloads                []payloadFacts
	settings                []setting
}

// textAt is a text in a file with its byte offsets.
type textAt struct {
	text       string
	start, end int
}

// payloadFacts is one payload of a file; a declaration counts as one.
type payloadFacts struct {
	path        *path
	typeText    textAt // PayloadType, or Type of a declaration
	uuid        textAt
	platforms   platforms
	single      []string  // its types with at most one payload a device
	singleOn    platforms // the platforms with that limit
	replacement string    // the declaration replacing it
}

// platforms is a set of Apple's platforms, one bit each.
type platforms uint8

var everyPlatform = platforms(1<<len(target.SchemaPlatforms()) - 1)

func platformBit(p target.Platform) platforms {
	i := slices.Index(target.SchemaPlatforms(), p.Schema())
	if i < 0 {
		return 0
	}
	return 1 << i
}

// FileFacts collects the facts of a profile or declaration. name is its name in findings; file is the text its spans point
// into. The secrets in root are marked.
func (c *Checker) FileFacts(name string, file *diag.File, root *plist.Value, isDeclaration bool, targets []target.Target) (*FileFacts, error) {
	p, err := c.newDocument(root, isDeclaration, targets, Options{})
	if err != nil {
		return nil, err
	}
	m := &FileFacts{name: name, file: file, scope: p.scope()}
	if file != nil {
		sum := sha256.Sum256(file.Data)
		m.content = digest(sum[:])
	}
	installable := p.installablePlatforms()
	if isDeclaration {
		m.identifier, m.declares = textAtKey(p.root, "Identifier"), p.root.String("Type")
		m.targets = newTargetCuts(m)
		m.addDeclaration(p, installable)
		return m, p.err
	}
	m.identifier, m.displayName = textAtKey(p.root, "PayloadIdentifier"), textAtKey(p.root, "PayloadDisplayName")
	m.targets = newTargetCuts(m)
	for i, pl := range p.payloads {
		m.payloads = append(m.payloads, newPayloadFacts(p, pl, installable))
		m.addSettings(p, pl, i, installable)
	}
	return m, p.err
}

// textAtKey returns the text of a key, or the zero textAt if it is absent, no string, or a placeholder to be filled in
// later.
func textAtKey(v *plist.Value, key string) textAt {
	text := v.Get(key)
	if text == nil || text.Kind != plist.String || hasPlaceholder(text) {
		return textAt{}
	}
	return textAt{text.Text, text.Span.Start, text.Span.End}
}

// installablePlatforms returns the platforms a profile can be installed on, by its TargetDeviceType and the targets.
func (p *profile) installablePlatforms() platforms {
	installable := everyPlatform
	if device := profiles.DeviceTypeOf(p.root); device.Platform() != "" {
		installable = platformBit(device.Platform())
	} else if device == profiles.HomePod {
		installable = 0 // the schemas do not cover it
	}
	if len(p.targets) == 0 {
		return installable
	}
	var wanted platforms
	for _, t := range p.targets {
		wanted |= platformBit(t.Platform)
	}
	return installable & wanted
}

// platformsOf returns a type's platforms that pass a test; all platforms if its schema names none.
func platformsOf(t *schema.Type, does func(schema.Availability) bool) platforms {
	if len(t.Availability) == 0 {
		return everyPlatform
	}
	var all platforms
	for p, a := range t.Availability {
		if !a.NotAvailable && does(a) {
			all |= platformBit(p)
		}
	}
	return all
}

func isThere(schema.Availability) bool { return true }

func newPayloadFacts(p *profile, pl *payload, installable platforms) payloadFacts {
	s := payloadFacts{path: pl.node.path, typeText: textAtKey(pl.node.value, "PayloadType"), uuid: textAtKey(pl.node.value, "PayloadUUID"), platforms: installable}
	var there platforms
	for _, t := range pl.types {
		there |= platformsOf(t, isThere)
		if t.Family != schema.Payload {
			continue
		}
		s.replacement = cmp.Or(s.replacement, t.Replacement, p.facts.Counterpart(pl.payloadType))
		if once := installable & singleOn(t); once != 0 {
			s.single, s.singleOn = append(s.single, t.ID), s.singleOn|once
		}
	}
	if len(pl.types) > 0 {
		s.platforms &= there
	}
	return s
}

// singleOn returns the platforms on which a device takes one payload of a type.
func singleOn(t *schema.Type) (single platforms) {
	for p := range t.Availability {
		if merge.IsSingle(t, p) {
			single |= platformBit(p)
		}
	}
	return single
}

// addDeclaration adds a declaration as its own single payload.
func (m *FileFacts) addDeclaration(p *profile, installable platforms) {
	s := payloadFacts{typeText: textAtKey(p.root, "Type"), platforms: installable}
	for _, pl := range p.payloads {
		for _, t := range pl.types {
			s.platforms &= platformsOf(t, isThere)
			if t.Apply == "single" {
				s.single, s.singleOn = []string{t.ID}, s.platforms
			}
		}
	}
	m.payloads = append(m.payloads, s)
}

// Set checks files that land on one device together.
type Set struct {
	server *mdm.Server
	passes []setPass

	contents, identifiers, names, uuids map[digest]earlier
	single, declared                    map[string][]*earlier // by payload or declaration type
	settings                            map[settingName][]*earlierSetting
	dns                                 []*earlier
	replaced                            map[string]*replaced // by the declaration type that replaces them

	file     *FileFacts   // the file being added
	here     *earlierFile // the same, as remembered
	overlaps []overlap    // of its settings with those of earlier files
	found    []diag.Diagnostic
}

// digest is a hash of a text or file, short enough to keep many.
type digest [16]byte

func digestOf(kind, text string) digest {
	sum := sha256.Sum256([]byte(kind + "\x00" + text))
	return digest(sum[:])
}

// setPass is one rule's view of a Set.
type setPass struct {
	*Set
	page  rules.Rule
	check func(*setPass)
}

// earlierFile is what a Set remembers of a file.
type earlierFile struct {
	name    string
	scope   string
	targets targetCuts
	signed  bool
}

// earlier is a place in a file of a set, without the file's text.
type earlier struct {
	file                             *earlierFile
	line, column, endLine, endColumn int32 // 0 without positions
	platforms                        platforms
}

// NewSet returns a Set without files. Only Groups and For of the options count.
func (c *Checker) NewSet(o Options) *Set {
	s := &Set{server: o.For, contents: map[digest]earlier{}, identifiers: map[digest]earlier{}, names: map[digest]earlier{}, uuids: map[digest]earlier{},
		single: map[string][]*earlier{}, declared: map[string][]*earlier{}, replaced: map[string]*replaced{}, settings: map[settingName][]*earlierSetting{}}
	for i, page := range pages() {
		if e := &checks[i]; e.set != nil && (len(o.Groups) == 0 || page.Has(o.Groups...)) {
			s.passes = append(s.passes, setPass{s, page, e.set})
		}
	}
	return s
}

// Add adds a file and returns the findings about it, against the files added before, in the order of diag.Sort. A copy of an
// earlier file has no other finding than that.
func (s *Set) Add(m *FileFacts) []diag.Diagnostic {
	s.file, s.here, s.found = m, &earlierFile{strings.Clone(m.name), intern(m.scope), m.targets, m.Signed}, nil
	original, isCopy := s.original()
	if s.overlaps = nil; !isCopy {
		s.overlaps = s.findOverlaps()
	}
	for i := range s.passes {
		if p := &s.passes[i]; !isCopy {
			p.check(p)
		} else if p.page.ID == rule.SameProfileTwice {
			p.reportCopy(&original)
		}
	}
	found := diag.Sort(s.found)
	s.file, s.overlaps, s.found = nil, nil, nil
	return found
}

// location is a place in the file being added.
type location struct {
	start, end int
	path       *path
}

func (of textAt) at(path *path) location { return location{of.start, of.end, path} }

// remember returns a place for the files to come.
func (s *Set) remember(at location, on platforms) *earlier {
	e := &earlier{file: s.here, platforms: on}
	if s.file.file != nil && at.end > 0 {
		from, to := s.file.file.Position(at.start), s.file.file.Position(at.end)
		e.line, e.column, e.endLine, e.endColumn = int32(from.Line), int32(from.Column), int32(to.Line), int32(to.Column)
	}
	return e
}

// maxRivals bounds the places compared with a new one: a template has fewer targets, and without targets all meet the first.
const maxRivals = 32

// rival returns the first earlier place that can land on the same device as a new place in the file being added. Without any,
// the new one is remembered: one that meets an earlier one would never be found first.
func rival[E interface{ place() *earlier }](s *Set, all *[]E, on platforms, meets func(a, b *earlier) bool, remember func() E) (first E, ok bool) {
	work.Add(1 + len(*all))
	here, covered := earlier{file: s.here, platforms: on}, len(*all) >= maxRivals
	for _, e := range *all {
		switch before := e.place(); {
		case before.file == here.file:
			covered = covered || before.platforms&on == on
		case meets(before, &here):
			return e, true
		}
	}
	if !covered {
		*all = append(*all, remember())
	}
	return first, false
}

func (e *earlier) place() *earlier { return e }

// canMeet reports whether two places can land on one device.
func canMeet(a, b *earlier) bool {
	return a.platforms&b.platforms != 0 && !areAlternatives(&a.file.targets, &b.file.targets)
}

// canMeetInScope is canMeet for what a Mac keeps apart for the user and for the device.
func canMeetInScope(a, b *earlier) bool {
	shared := a.platforms & b.platforms
	if x, y := a.file.scope, b.file.scope; x != "" && y != "" && x != y {
		shared &^= macOS
	}
	return shared != 0 && !areAlternatives(&a.file.targets, &b.file.targets)
}

// report adds a finding about the file being added, related to the place in an earlier file it conflicts with.
func (s *setPass) report(at location, before *earlier, message, help string) *diag.Diagnostic {
	d := diag.Diagnostic{Rule: s.page.ID, Severity: s.page.Severity, Message: message, Help: help, Path: at.path.steps()}
	if at.end > 0 { // a binary property list has no positions
		d.Span = diag.Span{File: s.file.file, Start: at.start, End: at.end}
	}
	m := s.file
	d.Domain, d.Key = owner(d.Path, m.declares != "", func(i int) string {
		if m.declares != "" {
			return m.declares
		}
		at := slices.IndexFunc(m.payloads, func(p payloadFacts) bool { return p.path.index == i })
		return m.payloads[at].typeText.text
	})
	d.Related = before.related(nil)
	s.found = append(m.Bound.makeRoom(s.found, 1), d)
	return &s.found[len(s.found)-1]
}

// related appends the place to those that explain a finding. One without positions does not help.
func (e *earlier) related(all []diag.Related) []diag.Related {
	if e.line == 0 {
		return all
	}
	at := func(line, column int32) diag.Position { return diag.Position{Line: int(line), Column: int(column)} }
	return append(all, diag.Related{Message: "in " + e.file.quoted(),
		Place: diag.Place{File: e.file.name, Start: at(e.line, e.column), End: at(e.endLine, e.endColumn), Signed: e.file.signed}})
}

// quoted returns the file's quoted name for a message.
func (f *earlierFile) quoted() string { return quoteName(f.name) }

// quoteName quotes the name of a file. A long name loses its beginning, since the end tells more.
func quoteName(name string) string {
	if runes := []rune(name); len(runes) > text.MaxShown {
		name = "..." + string(runes[len(runes)-text.MaxShown:])
	}
	return strconv.Quote(name)
}
