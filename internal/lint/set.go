package lint

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/text"
	"syncguard/profiles"
)

// This file checks profiles and declarations landing on one device together. A set may have tens of thousands of files, so
// only the FileFacts of each are kept.

// FileFacts holds the facts of one profile or declaration needed by a set check. It keeps the file's text, for findings to
// point at, but not the tree.
type FileFacts struct {
	name     string
	file     *diag.File // nil for input without positions
	content  [sha256.Size]byte
	scope    string // PayloadScope, "" if absent
	declares string // the type of a declaration, "" for a profile

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
		m.content = sha256.Sum256(file.Data)
	}
	installable := p.installablePlatforms()
	if isDeclaration {
		m.identifier, m.declares = textAtKey(p.root, "Identifier"), p.root.String("Type")
		m.addDeclaration(p, installable)
		return m, p.err
	}
	m.identifier, m.displayName = textAtKey(p.root, "PayloadIdentifier"), textAtKey(p.root, "PayloadDisplayName")
	for i, pl := range p.payloads {
		pl.node.path.id = strings.Clone(pl.node.path.id) // a copy, since it outlives the tree
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
	return textAt{strings.Clone(text.Text), text.Span.Start, text.Span.End}
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
		if once := installable & platformsOf(t, func(a schema.Availability) bool { return isFalse(a.Multiple) }); once != 0 {
			s.single, s.singleOn = append(s.single, t.ID), s.singleOn|once
		}
	}
	if len(pl.types) > 0 {
		s.platforms &= there
	}
	return s
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

// setCheck is one check of several files.
type setCheck struct {
	files    []*FileFacts
	copies   map[int]int         // from a file to an earlier one with identical content, by index
	found    [][]diag.Diagnostic // by the index of the file
	server   *mdm.Server
	overlaps func() []overlap
}

// setPass is one rule's view of a setCheck.
type setPass struct {
	*setCheck
	page rules.Rule
}

// CheckSet checks profiles and declarations landing on one device together. The result has the findings about each file, in
// the order of files, each against the files before it. Only Groups and For of the options count.
func (c *Checker) CheckSet(files []*FileFacts, o Options) ([][]diag.Diagnostic, error) {
	s := &setCheck{files: files, copies: copies(files), found: make([][]diag.Diagnostic, len(files)), server: o.For}
	s.overlaps = sync.OnceValue(s.findOverlaps)
	for i, page := range pages() {
		if e := &checks[i]; e.set != nil && (len(o.Groups) == 0 || page.Has(o.Groups...)) {
			e.set(&setPass{s, page})
		}
	}
	for i := range s.found {
		s.found[i] = diag.Sort(s.found[i])
	}
	return s.found, nil
}

// location is a place in a file of the set.
type location struct {
	file       int
	start, end int
	path       *path
}

func (s *setCheck) span(at location) diag.Span {
	if at.end == 0 {
		return diag.Span{} // no positions: a binary property list
	}
	return diag.Span{File: s.files[at.file].file, Start: at.start, End: at.end}
}

// report adds a finding about a file, related to the place in an earlier file it conflicts with.
func (s *setPass) report(at, earlier location, message, help string) *diag.Diagnostic {
	d := diag.Diagnostic{Rule: s.page.ID, Severity: s.page.Severity, Message: message, Help: help, Span: s.span(at), Path: at.path.steps()}
	m := s.files[at.file]
	d.Domain, d.Key = owner(d.Path, m.declares != "", func(i int) string {
		if m.declares != "" {
			return m.declares
		}
		at := slices.IndexFunc(m.payloads, func(p payloadFacts) bool { return p.path.index == i })
		return m.payloads[at].typeText.text
	})
	d.Related = relatedTo("in "+s.fileName(earlier.file), s.span(earlier))
	s.found[at.file] = append(s.found[at.file], d)
	return &s.found[at.file][len(s.found[at.file])-1]
}

// fileName returns a file's quoted name for a message.
func (s *setCheck) fileName(i int) string { return quoteName(s.files[i].name) }

// quoteName quotes the name of a file. A long name loses its beginning, since the end tells more.
func quoteName(name string) string {
	if runes := []rune(name); len(runes) > text.MaxShown {
		name = "..." + string(runes[len(runes)-text.MaxShown:])
	}
	return strconv.Quote(name)
}
