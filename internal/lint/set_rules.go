package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/fact"
	"syncguard/internal/mdm"
	"syncguard/internal/merge"
	"syncguard/internal/text"
	"syncguard/internal/work"
)

// original returns the first file with the content of the one being added, which is a copy then. A profile and its signed copy
// have the same content.
func (s *Set) original() (before earlier, isCopy bool) {
	m := s.file
	if m.file == nil {
		return before, false
	}
	before, isCopy = s.contents[m.content]
	if !isCopy {
		s.contents[m.content] = *s.remember(m.identifier.at(root), 0)
	}
	return before, isCopy && !areAlternatives(&before.file.targets, &s.here.targets)
}

// sameProfileTwice finds nothing in an original: Set.Add reports the copies.
func sameProfileTwice(*setPass) {}

func (s *setPass) reportCopy(of *earlier) {
	s.report(s.file.identifier.at(root), of, "the file has the same content as "+of.file.quoted(), "leave one of them out, or check each file by itself with --separate")
}

// first returns the first earlier place with a text. Without any, it remembers the one here.
func (s *Set) first(all map[digest]earlier, kind, text string, at location, on platforms) (before earlier, ok bool) {
	key := digestOf(kind, text)
	if before, ok = all[key]; !ok {
		all[key] = *s.remember(at, on)
	}
	return before, ok
}

// duplicateProfileIdentifier finds profiles, or declarations, with the same identifier.
func duplicateProfileIdentifier(s *setPass) {
	m := s.file
	if m.identifier.text == "" {
		return
	}
	kind, key := "profile", "PayloadIdentifier"
	if m.declares != "" {
		kind, key = "declaration", "Identifier"
	}
	at := m.identifier.at(root.field(key))
	before, repeated := s.first(s.identifiers, kind, m.identifier.text, at, 0)
	if !repeated || areAlternatives(&before.file.targets, &m.targets) {
		return
	}
	d := s.report(at, &before,
		fmt.Sprintf("%s is the same as in %s, so the later %s replaces the other", quote(key), before.file.quoted(), kind),
		"give each "+kind+" an identifier of its own")
	if k := s.uniqueKey("PayloadIdentifier"); k != nil && kind == "profile" {
		d.Severity, d.Message = diag.Error, fmt.Sprintf("%s is the same as in %s, but %s accepts each identifier only once", quote(key), before.file.quoted(), s.server.Name)
		if s.isFixed("PayloadScope") && scopeOf(m.scope) != scopeOf(before.file.scope) {
			d.Message += ", with one PayloadScope in all teams"
		}
	}
}

// isFixed reports whether the server refuses an update that changes a key.
func (s *Set) isFixed(key string) bool {
	return s.server != nil && slices.ContainsFunc(s.server.Fixed, func(k mdm.Key) bool { return k.Key == key })
}

// scopeOf returns a PayloadScope as servers read it: without one, System.
func scopeOf(scope string) string { return cmp.Or(scope, "System") }

// uniqueKey returns the server's statement about a key that must be unique, or nil.
func (s *Set) uniqueKey(key string) *mdm.Key {
	if s.server == nil {
		return nil
	}
	if i := slices.IndexFunc(s.server.Unique, func(k mdm.Key) bool { return k.Key == key }); i >= 0 {
		return &s.server.Unique[i]
	}
	return nil
}

// duplicateProfileName finds profiles with the same name, for servers with unique names.
func duplicateProfileName(s *setPass) {
	name := s.file.displayName
	if s.uniqueKey("PayloadDisplayName") == nil || name.text == "" {
		return
	}
	at := name.at(root.field("PayloadDisplayName"))
	if before, repeated := s.first(s.names, "", name.text, at, 0); repeated {
		s.report(at, &before, fmt.Sprintf("%s is the same as in %s, but %s accepts each name only once", quote("PayloadDisplayName"), before.file.quoted(), s.server.Name),
			"give each profile a name of its own")
	}
}

// payloadUUIDInTwoProfiles finds payloads of different profiles with the same PayloadUUID.
func payloadUUIDInTwoProfiles(s *setPass) {
	for i := range s.file.payloads {
		p := &s.file.payloads[i]
		if p.uuid.text == "" {
			continue
		}
		at := p.uuid.at(p.path.field("PayloadUUID"))
		before, repeated := s.first(s.uuids, "", strings.ToUpper(p.uuid.text), at, p.platforms)
		if !repeated || before.file == s.here || !canMeet(&before, &earlier{file: s.here, platforms: p.platforms}) {
			continue // within one profile this is duplicate-payload-uuid
		}
		s.report(at, &before, fmt.Sprintf("%s is the same as in a payload of %s", quote("PayloadUUID"), before.file.quoted()), "make a new one with uuidgen")
	}
}

// typeRival returns the first earlier payload of a list that can land on the same device as a payload here.
func (s *Set) typeRival(all *[]*earlier, p *payloadFacts, on platforms, meets func(a, b *earlier) bool) (before *earlier, ok bool) {
	return rival(s, all, on, meets, func() *earlier { return s.remember(p.location(), on) })
}

// location is that of the payload's type.
func (p *payloadFacts) location() location { return p.typeText.at(p.path) }

// singleInstancePayloadInTwoProfiles finds payloads of different profiles although a device takes one only.
func singleInstancePayloadInTwoProfiles(s *setPass) {
	for i := range s.file.payloads {
		p := &s.file.payloads[i]
		for _, id := range p.single {
			all := s.single[id]
			before, ok := s.typeRival(&all, p, p.singleOn, canMeetInScope)
			s.single[id] = all
			if ok {
				s.report(p.location(), before, fmt.Sprintf("%s is also in %s, but a device accepts only one", quote(p.typeText.text), before.file.quoted()),
					"put all its keys into one payload of one profile")
				break
			}
		}
	}
}

// severalDNSPayloads finds competing DNS settings: a person has to choose.
func severalDNSPayloads(s *setPass) {
	for i := range s.file.payloads {
		p := &s.file.payloads[i]
		if p.typeText.text != dnsSettings && p.typeText.text != dnsDeclaration {
			continue
		}
		if before, ok := s.typeRival(&s.dns, p, p.platforms, canMeet); ok {
			s.report(p.location(), before, fmt.Sprintf("there are DNS settings in %s too, but a device uses only those chosen by its user", before.file.quoted()),
				"deliver only one of them to each device")
		}
	}
}

// dnsDeclaration is the declaration replacing the DNS settings payload.
const dnsDeclaration = "com.apple.configuration.network.dns-settings"

// replaced holds the payloads and settings of earlier files that a declaration replaces.
type replaced struct {
	first []*replacedPlace // at most maxRivals of them
	more  bool
}

type replacedPlace struct {
	earlier
	subject string // for messages
}

// profileAgainstDeclaration finds payloads and settings next to the declaration replacing them, in whichever file comes later.
func profileAgainstDeclaration(s *setPass) {
	m := s.file
	for i := range m.payloads {
		p := &m.payloads[i]
		s.addReplaced(p.replacement, p.platforms, p.location(), func() string { return "payload " + quote(p.typeText.text) })
	}
	for i := range m.settings {
		if x := &m.settings[i]; x.replacement != "" {
			s.addReplaced(x.replacement, x.platforms, x.location(), func() string { return quote(x.key) })
		}
	}
	if m.declares != "" {
		s.addDeclaration(&m.payloads[0])
	}
}

// besideHelp tells which of a payload and the declaration that replaces it counts, where that is stated.
func besideHelp(by string) string {
	const help = "manage it in only one of the two ways"
	if r := merge.Replaced(by); r.Evidence != fact.Apple {
		return fmt.Sprintf("%s (%s); %s", r.Does, r.Evidence, help)
	}
	return help
}

// addReplaced reports a payload or setting if an earlier declaration replaces it, and remembers it for a later one.
func (s *setPass) addReplaced(by string, on platforms, at location, subject func() string) {
	if by == "" {
		return
	}
	here := earlier{file: s.here, platforms: on}
	if i := slices.IndexFunc(s.declared[by], func(d *earlier) bool { return canMeet(d, &here) }); i >= 0 {
		d := s.declared[by][i]
		s.report(at, d, fmt.Sprintf("%s is replaced by the declaration %s in %s", subject(), quote(by), d.file.quoted()), besideHelp(by))
		return
	}
	r := s.replaced[by]
	if r == nil {
		r = &replaced{}
		s.replaced[by] = r
	}
	if r.more = len(r.first) == maxRivals; !r.more {
		r.first = append(r.first, &replacedPlace{*s.remember(at, on), strings.Clone(subject())})
	}
}

// maxRelated is the number of places named with a declaration that replaces them; the others are counted.
const maxRelated = 3

// addDeclaration reports a declaration next to what it replaces in earlier files, and remembers it for later ones. One that
// reaches the same devices as an earlier one adds nothing.
func (s *setPass) addDeclaration(p *payloadFacts) {
	by := strings.Clone(s.file.declares)
	here := &earlier{file: s.here, platforms: p.platforms}
	if len(s.declared[by]) >= maxRivals || slices.ContainsFunc(s.declared[by], func(d *earlier) bool { return reachSameDevices(d, here) }) {
		return
	}
	s.declared[by] = append(s.declared[by], s.remember(p.location(), p.platforms))
	r := s.replaced[by]
	if r == nil {
		return
	}
	work.Add(1 + len(r.first))
	var met []*replacedPlace
	for _, place := range r.first {
		if canMeet(&place.earlier, here) {
			met = append(met, place)
		}
	}
	if len(met) == 0 {
		return
	}
	message := fmt.Sprintf("the declaration %s replaces %s in %s", quote(by), met[0].subject, met[0].file.quoted())
	if n := len(met) - 1; n > 0 && r.more {
		message += fmt.Sprintf(", and more than %d others", n)
	} else if n > 0 {
		message += ", and " + text.Count(n, "other")
	}
	d := s.report(p.typeText.at(root.field("Type")), &met[0].earlier, message, besideHelp(by))
	for _, place := range met[1:min(len(met), maxRelated)] {
		d.Related = place.related(d.Related)
	}
}

// reachSameDevices reports whether two declarations of a type land on the same devices, by their identifiers and platforms.
func reachSameDevices(a, b *earlier) bool {
	return a.platforms == b.platforms && a.file.targets.identifier == b.file.targets.identifier
}
