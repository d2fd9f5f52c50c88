package lint

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
)

// copies returns the members with the very content of an earlier one: there is nothing else to say of them. A profile and
// its signed copy are the same content.
func copies(members []*FileFacts) map[int]int {
	first, copies := map[[sha256.Size]byte]int{}, map[int]int{}
	for i, m := range members {
		if m.file == nil {
			continue
		}
		before, repeated := first[m.content]
		switch {
		case !repeated:
			first[m.content] = i
		case !areAlternatives(members[before], m):
			copies[i] = before
		}
	}
	return copies
}

// each goes through the members that are no copies.
func (s *setCheck) each(yield func(int, *FileFacts) bool) {
	for i, m := range s.members {
		if _, isCopy := s.copies[i]; !isCopy && !yield(i, m) {
			return
		}
	}
}

func sameProfileTwice(s *setPass) {
	for i, before := range s.copies {
		s.report(s.identifierOf(i), s.identifierOf(before), "the content is that of "+s.nameOf(before), "leave one of them out, or lint them apart with --separate")
	}
}

func (s *setCheck) identifierOf(i int) spot {
	m := s.members[i]
	return spot{member: i, start: m.identifier.start, end: m.identifier.end}
}

// duplicateProfileIdentifier finds top levels of the same identifier.
func duplicateProfileIdentifier(s *setPass) {
	first := map[string]int{}
	for i, m := range s.each {
		if m.identifier.text == "" {
			continue
		}
		kind, key := "profile", "PayloadIdentifier"
		if m.declares != "" {
			kind, key = "declaration", "Identifier"
		}
		before, repeated := first[kind+m.identifier.text]
		switch {
		case !repeated:
			first[kind+m.identifier.text] = i
			continue
		case areAlternatives(s.members[before], m):
			continue
		}
		at := s.identifierOf(i)
		at.path = root.field(key)
		d := s.report(at, s.identifierOf(before),
			fmt.Sprintf("%s is that of %s, so the %s that comes later replaces the other", quote(key), s.nameOf(before), kind),
			"give each "+kind+" an identifier of its own")
		if k := s.unique("PayloadIdentifier"); k != nil && kind == "profile" {
			d.Severity, d.Message = diag.Error, fmt.Sprintf("%s is that of %s, and %s takes one profile of an identifier", quote(key), s.nameOf(before), s.server.Name)
			if s.isFixed("PayloadScope") && s.scopeOf(i) != s.scopeOf(before) {
				d.Message += ", and one PayloadScope for it in all teams"
			}
		}
	}
}

// isFixed reports whether the server refuses an update that changes a key.
func (s *setCheck) isFixed(key string) bool {
	return s.server != nil && slices.ContainsFunc(s.server.Fixed, func(k mdm.Key) bool { return k.Key == key })
}

// scopeOf is the PayloadScope of a member; without one a server takes the profile for the whole device.
func (s *setCheck) scopeOf(i int) string { return cmp.Or(s.members[i].scope, "System") }

// unique returns what is known of a key that has to be unique at the server, or nil.
func (s *setCheck) unique(key string) *mdm.Key {
	if s.server == nil {
		return nil
	}
	if i := slices.IndexFunc(s.server.Unique, func(k mdm.Key) bool { return k.Key == key }); i >= 0 {
		return &s.server.Unique[i]
	}
	return nil
}

// duplicateProfileName finds profiles of the same name, where the server tells them apart by it.
func duplicateProfileName(s *setPass) {
	if s.unique("PayloadDisplayName") == nil {
		return
	}
	first := map[string]int{}
	for i, m := range s.each {
		if m.displayName.text == "" {
			continue
		}
		before, repeated := first[m.displayName.text]
		if !repeated {
			first[m.displayName.text] = i
			continue
		}
		earlier := s.members[before].displayName
		s.report(spot{i, m.displayName.start, m.displayName.end, root.field("PayloadDisplayName")}, spot{before, earlier.start, earlier.end, root},
			fmt.Sprintf("%s is that of %s, and %s takes one profile of a name", quote("PayloadDisplayName"), s.nameOf(before), s.server.Name),
			"give each profile a name of its own")
	}
}

// payloadSpot is a payload of a member.
type payloadSpot struct{ member, payload int }

// eachPayload calls do for every payload of every member, in their order.
func (s *setCheck) eachPayload(do func(payloadSpot, *setPayload)) {
	for i, m := range s.each {
		for j := range m.payloads {
			do(payloadSpot{i, j}, &m.payloads[j])
		}
	}
}

// spotOf is where a payload stands: its PayloadType, or another text of it.
func (s *setCheck) spotOf(p payloadSpot, of mark) spot {
	return spot{p.member, of.start, of.end, s.members[p.member].payloads[p.payload].path}
}

// payloadUUIDInTwoProfiles finds payloads of the same PayloadUUID in several profiles.
func payloadUUIDInTwoProfiles(s *setPass) {
	first := map[string]payloadSpot{}
	s.eachPayload(func(here payloadSpot, p *setPayload) {
		if p.uuid.text == "" {
			return
		}
		id := strings.ToUpper(p.uuid.text)
		before, repeated := first[id]
		if !repeated {
			first[id] = here
			return
		}
		earlier := s.members[before.member].payloads[before.payload]
		if before.member == here.member || earlier.platforms&p.platforms == 0 || areAlternatives(s.members[before.member], s.members[here.member]) {
			return // duplicate-payload-uuid says so of one profile
		}
		at := s.spotOf(here, p.uuid)
		at.path = at.path.field("PayloadUUID")
		s.report(at, s.spotOf(before, earlier.uuid),
			fmt.Sprintf("%s is that of a payload in %s", quote("PayloadUUID"), s.nameOf(before.member)), "make a new one with uuidgen")
	})
}

// singleInstancePayloadInTwoProfiles finds payloads in several profiles of which a device takes one.
func singleInstancePayloadInTwoProfiles(s *setPass) {
	first := map[string][]payloadSpot{}
	s.eachPayload(func(here payloadSpot, p *setPayload) {
		for _, id := range p.single {
			i := slices.IndexFunc(first[id], func(b payloadSpot) bool {
				return b.member != here.member && s.share(b, here)
			})
			if i < 0 {
				first[id] = append(first[id], here)
				continue
			}
			before := first[id][i]
			s.report(s.spotOf(here, p.at), s.spotOf(before, s.members[before.member].payloads[before.payload].at),
				fmt.Sprintf("%s stands in %s as well, and a device takes one", quote(p.at.text), s.nameOf(before.member)),
				"put all its keys into one payload of one profile")
			return
		}
	})
}

// share says whether two payloads of which a device takes one can reach the same device, and there the same user or the
// device as a whole.
func (s *setCheck) share(a, b payloadSpot) bool {
	if areAlternatives(s.members[a.member], s.members[b.member]) {
		return false
	}
	shared := s.members[a.member].payloads[a.payload].singleOn & s.members[b.member].payloads[b.payload].singleOn
	if x, y := s.members[a.member].scope, s.members[b.member].scope; x != "" && y != "" && x != y {
		shared &^= macOS
	}
	return shared != 0
}

// severalDNSPayloads finds DNS settings of which a person has to choose. It is said once, of the second.
func severalDNSPayloads(s *setPass) {
	var all []payloadSpot
	s.eachPayload(func(here payloadSpot, p *setPayload) {
		if p.at.text != dnsSettings && p.at.text != dnsDeclaration {
			return
		}
		if len(all) == 0 || s.members[all[0].member].payloads[all[0].payload].platforms&p.platforms != 0 &&
			!areAlternatives(s.members[all[0].member], s.members[here.member]) {
			all = append(all, here)
		}
	})
	if len(all) < 2 {
		return
	}
	at := func(p payloadSpot) spot { return s.spotOf(p, s.members[p.member].payloads[p.payload].at) }
	s.report(at(all[1]), at(all[0]),
		fmt.Sprintf("there are %d payloads of DNS settings, and a device uses the one that a person chooses", len(all)),
		"deliver one of them to each device")
}

// dnsDeclaration is the declaration that takes the place of DNS settings.
const dnsDeclaration = "com.apple.configuration.network.dns-settings"

// profileAgainstDeclaration finds payloads and settings beside the declaration that takes their place.
func profileAgainstDeclaration(s *setPass) {
	declared := map[string][]payloadSpot{} // of each type one for each target that it is made for
	s.eachPayload(func(here payloadSpot, p *setPayload) {
		t := s.members[here.member].declares
		if t != "" && !slices.ContainsFunc(declared[t], func(b payloadSpot) bool { return s.reachAlike(b, here) }) {
			declared[t] = append(declared[t], here)
		}
	})
	if len(declared) == 0 {
		return
	}
	s.eachPayload(func(here payloadSpot, p *setPayload) {
		s.reportBeside(declared, p.replacement, p.platforms, s.spotOf(here, p.at), "payload "+quote(p.at.text))
	})
	for i, m := range s.each {
		for _, x := range m.settings {
			s.reportBeside(declared, x.replacement, x.platforms, spot{i, x.start, x.end, x.path()}, quote(x.key))
		}
	}
}

// reachAlike says whether two declarations of a type reach the same devices, as far as their identifiers tell.
func (s *setCheck) reachAlike(a, b payloadSpot) bool {
	x, y := s.members[a.member], s.members[b.member]
	of, group := cutTarget(x)
	other, otherGroup := cutTarget(y)
	if group != otherGroup || group != "" && of != other {
		return false
	}
	return x.payloads[a.payload].platforms == y.payloads[b.payload].platforms
}

// reportBeside reports what stands beside the declaration that takes its place. Either may be the later one.
func (s *setPass) reportBeside(declared map[string][]payloadSpot, replacement string, on platforms, at spot, subject string) {
	i := slices.IndexFunc(declared[replacement], func(d payloadSpot) bool {
		m := s.members[d.member]
		return on&m.payloads[d.payload].platforms != 0 && !areAlternatives(m, s.members[at.member])
	})
	if replacement == "" || i < 0 {
		return
	}
	by := declared[replacement][i]
	other := s.spotOf(by, s.members[by.member].payloads[by.payload].at)
	if at.member > by.member {
		s.report(at, other, fmt.Sprintf("%s stands beside the declaration %s in %s, which takes its place", subject, quote(replacement), s.nameOf(by.member)),
			"manage it in one way alone")
		return
	}
	other.path = root.field("Type")
	s.report(other, at, fmt.Sprintf("the declaration %s takes the place of %s in %s", quote(replacement), subject, s.nameOf(at.member)),
		"manage it in one way alone")
}
