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
	"syncguard/internal/secret"
	"syncguard/internal/target"
	"syncguard/internal/text"
	"syncguard/profiles"
)

// What several profiles and declarations do to one device together. Of each only a Member is kept, for a set may have tens
// of thousands of files.

// Member is what has to be known of one profile or declaration to check it beside others. It keeps the text of the file,
// to point at, and not the tree.
type FileFacts struct {
	name     string
	file     *diag.File // nil where the input has no places
	content  [sha256.Size]byte
	scope    string // PayloadScope, where it is stated
	declares string // the type of a declaration

	identifier, displayName mark // of the top level
	payloads                []setPayload
	settings                []setting
}

// mark is a text of a file and where it stands.
type mark struct {
	text       string
	start, end int
}

// setPayload is one payload of a member, or what a declaration declares.
type setPayload struct {
	path        *path
	at          mark // PayloadType, or Type of a declaration
	uuid        mark
	platforms   platforms
	single      []string  // the types that it is, of which a device takes one
	singleOn    platforms // where that is so
	replacement string    // the declaration that takes its place
}

// platforms is a set of Apple's platforms.
type platforms uint8

var everyPlatform = platforms(1<<len(target.SchemaPlatforms()) - 1)

func platformBit(p target.Platform) platforms {
	i := slices.Index(target.SchemaPlatforms(), p.Schema())
	if i < 0 {
		return 0
	}
	return 1 << i
}

// Member takes in a profile or declaration under the name that findings call it by. The file is what its places point into.
func (c *Checker) FileFacts(name string, file *diag.File, root *plist.Value, isDeclaration bool, targets []target.Target) (*FileFacts, error) {
	p, err := c.open(root, isDeclaration, targets, Options{})
	if err != nil {
		return nil, err
	}
	secret.Mark(root)
	m := &FileFacts{name: name, file: file, scope: p.scope()}
	if file != nil {
		m.content = sha256.Sum256(file.Data)
	}
	reach := p.reach()
	if isDeclaration {
		m.identifier, m.declares = markOf(p.root, "Identifier"), p.root.String("Type")
		m.addDeclared(p, reach)
		return m, p.err
	}
	m.identifier, m.displayName = markOf(p.root, "PayloadIdentifier"), markOf(p.root, "PayloadDisplayName")
	for i, pl := range p.payloads {
		pl.node.path.id = strings.Clone(pl.node.path.id) // it lives longer than the tree
		m.payloads = append(m.payloads, newSetPayload(p, pl, reach))
		m.addSettings(p, pl, i, reach)
	}
	return m, p.err
}

// markOf returns the text of a key. What a server or a later step fills in is none.
func markOf(v *plist.Value, key string) mark {
	text := v.Get(key)
	if text == nil || text.Kind != plist.String || hasPlaceholder(text) {
		return mark{}
	}
	return mark{strings.Clone(text.Text), text.Span.Start, text.Span.End}
}

// reach returns the platforms that a profile can be installed on at all: by TargetDeviceType, and by the targets.
func (p *profile) reach() platforms {
	reach := everyPlatform
	if device := profiles.DeviceTypeOf(p.root); device.Platform() != "" {
		reach = platformBit(device.Platform())
	} else if device == profiles.HomePod {
		reach = 0 // the schemas say nothing of it
	}
	if len(p.targets) == 0 {
		return reach
	}
	var wanted platforms
	for _, t := range p.targets {
		wanted |= platformBit(t.Platform)
	}
	return reach & wanted
}

// platformsOf returns the platforms that have a type; all of them where its schema names none.
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

func newSetPayload(p *profile, pl *payload, reach platforms) setPayload {
	s := setPayload{path: pl.node.path, at: markOf(pl.node.value, "PayloadType"), uuid: markOf(pl.node.value, "PayloadUUID"), platforms: reach}
	var there platforms
	for _, t := range pl.types {
		there |= platformsOf(t, isThere)
		if t.Family != schema.Payload {
			continue
		}
		s.replacement = cmp.Or(s.replacement, t.Replacement, p.facts.Counterpart(pl.payloadType))
		if once := reach & platformsOf(t, func(a schema.Availability) bool { return isFalse(a.Multiple) }); once != 0 {
			s.single, s.singleOn = append(s.single, t.ID), s.singleOn|once
		}
	}
	if len(pl.types) > 0 {
		s.platforms &= there
	}
	return s
}

// addDeclared adds what a declaration declares.
func (m *FileFacts) addDeclared(p *profile, reach platforms) {
	s := setPayload{at: markOf(p.root, "Type"), platforms: reach}
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

// together is one check of several members.
type setCheck struct {
	members []*FileFacts
	copies  map[int]int         // members with the very content of an earlier one, by their index
	found   [][]diag.Diagnostic // of each member
	server  *mdm.Server
	clashes func() []clash
}

// setPass is what one rule sees of it.
type setPass struct {
	*setCheck
	page rules.Rule
}

// CheckSet returns what is wrong with profiles and declarations that land on one device together: for each member, in
// their order, what there is to say of it beside those before it. Of the options, Groups and For count.
func (c *Checker) CheckSet(members []*FileFacts, o Options) ([][]diag.Diagnostic, error) {
	s := &setCheck{members: members, copies: copies(members), found: make([][]diag.Diagnostic, len(members)), server: o.For}
	s.clashes = sync.OnceValue(s.findClashes)
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

// spot is a place in a member.
type spot struct {
	member     int
	start, end int
	path       *path
}

func (s *setCheck) span(at spot) diag.Span {
	if at.end == 0 {
		return diag.Span{} // a binary property list
	}
	return diag.Span{File: s.members[at.member].file, Start: at.start, End: at.end}
}

// report adds a finding about a member, with where an earlier one stands that it does not go with.
func (s *setPass) report(at, earlier spot, message, help string) *diag.Diagnostic {
	d := diag.Diagnostic{Rule: s.page.ID, Severity: s.page.Severity, Message: message, Help: help, Span: s.span(at), Path: at.path.steps()}
	m := s.members[at.member]
	d.Domain, d.Key = owner(d.Path, m.declares != "", func(i int) string {
		if m.declares != "" {
			return m.declares
		}
		at := slices.IndexFunc(m.payloads, func(p setPayload) bool { return p.path.index == i })
		return m.payloads[at].at.text
	})
	d.Related = related("in "+s.nameOf(earlier.member), s.span(earlier))
	s.found[at.member] = append(s.found[at.member], d)
	return &s.found[at.member][len(s.found[at.member])-1]
}

// nameOf is how a message calls a member.
func (s *setCheck) nameOf(i int) string { return quoteName(s.members[i].name) }

// quoteName quotes the name of a file. A long one is cut at its beginning, for the end tells more.
func quoteName(name string) string {
	if runes := []rune(name); len(runes) > text.MaxShown {
		name = "..." + string(runes[len(runes)-text.MaxShown:])
	}
	return strconv.Quote(name)
}
