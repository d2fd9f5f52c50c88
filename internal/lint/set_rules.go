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

// copies finds files with the same content as an earlier one; the other rules skip them. A profile and its signed copy have
// the same content.
func copies(files []*FileFacts) map[int]int {
	first, copies := map[[sha256.Size]byte]int{}, map[int]int{}
	for i, m := range files {
		if m.file == nil {
			continue
		}
		before, repeated := first[m.content]
		switch {
		case !repeated:
			first[m.content] = i
		case !areAlternatives(files[before], m):
			copies[i] = before
		}
	}
	return copies
}

// originals iterates over the files without copies.
func (s *setCheck) originals(yield func(int, *FileFacts) bool) {
	for i, m := range s.files {
		if _, isCopy := s.copies[i]; !isCopy && !yield(i, m) {
			return
		}
	}
}

func sameProfileTwice(s *setPass) {
	for i, before := range s.copies {
		s.report(s.identifierOf(i), s.identifierOf(before), "the file has the same content as "+s.fileName(before), "leave one of them out, or check each file by itself with --separate")
	}
}

func (s *setCheck) identifierOf(i int) location {
	m := s.files[i]
	return location{file: i, start: m.identifier.start, end: m.identifier.end}
}

// duplicateProfileIdentifier finds profiles, or declarations, with the same identifier.
func duplicateProfileIdentifier(s *setPass) {
	first := map[string]int{}
	for i, m := range s.originals {
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
		case areAlternatives(s.files[before], m):
			continue
		}
		at := s.identifierOf(i)
		at.path = root.field(key)
		d := s.report(at, s.identifierOf(before),
			fmt.Sprintf("%s is the same as in %s, so the later %s replaces the other", quote(key), s.fileName(before), kind),
			"give each "+kind+" an identifier of its own")
		if k := s.uniqueKey("PayloadIdentifier"); k != nil && kind == "profile" {
			d.Severity, d.Message = diag.Error, fmt.Sprintf("%s is the same as in %s, but %s accepts each identifier only once", quote(key), s.fileName(before), s.server.Name)
			if s.isFixed("PayloadScope") && s.scopeOf(i) != s.scopeOf(before) {
				d.Message += ", with one PayloadScope in all teams"
			}
		}
	}
}

// isFixed reports whether the server refuses an update that changes a key.
func (s *setCheck) isFixed(key string) bool {
	return s.server != nil && slices.ContainsFunc(s.server.Fixed, func(k mdm.Key) bool { return k.Key == key })
}

// scopeOf returns the PayloadScope of a file. Servers read a profile without one as System.
func (s *setCheck) scopeOf(i int) string { return cmp.Or(s.files[i].scope, "System") }

// uniqueKey returns the server's statement about a key that must be unique, or nil.
func (s *setCheck) uniqueKey(key string) *mdm.Key {
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
	if s.uniqueKey("PayloadDisplayName") == nil {
		return
	}
	first := map[string]int{}
	for i, m := range s.originals {
		if m.displayName.text == "" {
			continue
		}
		before, repeated := first[m.displayName.text]
		if !repeated {
			first[m.displayName.text] = i
			continue
		}
		earlier := s.files[before].displayName
		s.report(location{i, m.displayName.start, m.displayName.end, root.field("PayloadDisplayName")}, location{before, earlier.start, earlier.end, root},
			fmt.Sprintf("%s is the same as in %s, but %s accepts each name only once", quote("PayloadDisplayName"), s.fileName(before), s.server.Name),
			"give each profile a name of its own")
	}
}

// payloadRef names a payload by the indices of its file and of the payload there.
type payloadRef struct{ file, payload int }

// eachPayload calls do for every payload of every file, in order.
func (s *setCheck) eachPayload(do func(payloadRef, *payloadFacts)) {
	for i, m := range s.originals {
		for j := range m.payloads {
			do(payloadRef{i, j}, &m.payloads[j])
		}
	}
}

// locationOf is the location of a text of a payload, such as its PayloadType.
func (s *setCheck) locationOf(p payloadRef, of textAt) location {
	return location{p.file, of.start, of.end, s.files[p.file].payloads[p.payload].path}
}

// payloadUUIDInTwoProfiles finds payloads of different profiles with the same PayloadUUID.
func payloadUUIDInTwoProfiles(s *setPass) {
	first := map[string]payloadRef{}
	s.eachPayload(func(here payloadRef, p *payloadFacts) {
		if p.uuid.text == "" {
			return
		}
		id := strings.ToUpper(p.uuid.text)
		before, repeated := first[id]
		if !repeated {
			first[id] = here
			return
		}
		earlier := s.files[before.file].payloads[before.payload]
		if before.file == here.file || earlier.platforms&p.platforms == 0 || areAlternatives(s.files[before.file], s.files[here.file]) {
			return // within one profile this is duplicate-payload-uuid
		}
		at := s.locationOf(here, p.uuid)
		at.path = at.path.field("PayloadUUID")
		s.report(at, s.locationOf(before, earlier.uuid),
			fmt.Sprintf("%s is the same as in a payload of %s", quote("PayloadUUID"), s.fileName(before.file)), "make a new one with uuidgen")
	})
}

// singleInstancePayloadInTwoProfiles finds payloads of different profiles although a device takes one only.
func singleInstancePayloadInTwoProfiles(s *setPass) {
	first := map[string][]payloadRef{}
	s.eachPayload(func(here payloadRef, p *payloadFacts) {
		for _, id := range p.single {
			i := slices.IndexFunc(first[id], func(b payloadRef) bool {
				return b.file != here.file && s.payloadsMeet(b, here)
			})
			if i < 0 {
				first[id] = append(first[id], here)
				continue
			}
			before := first[id][i]
			s.report(s.locationOf(here, p.typeText), s.locationOf(before, s.files[before.file].payloads[before.payload].typeText),
				fmt.Sprintf("%s is also in %s, but a device accepts only one", quote(p.typeText.text), s.fileName(before.file)),
				"put all its keys into one payload of one profile")
			return
		}
	})
}

// payloadsMeet reports whether two payloads, of a type with one payload a device, can land on the same device and in the
// same scope there.
func (s *setCheck) payloadsMeet(a, b payloadRef) bool {
	if areAlternatives(s.files[a.file], s.files[b.file]) {
		return false
	}
	shared := s.files[a.file].payloads[a.payload].singleOn & s.files[b.file].payloads[b.payload].singleOn
	if x, y := s.files[a.file].scope, s.files[b.file].scope; x != "" && y != "" && x != y {
		shared &^= macOS
	}
	return shared != 0
}

// severalDNSPayloads finds competing DNS settings: a person has to choose. It reports the second one only.
func severalDNSPayloads(s *setPass) {
	var all []payloadRef
	s.eachPayload(func(here payloadRef, p *payloadFacts) {
		if p.typeText.text != dnsSettings && p.typeText.text != dnsDeclaration {
			return
		}
		if len(all) == 0 || s.files[all[0].file].payloads[all[0].payload].platforms&p.platforms != 0 &&
			!areAlternatives(s.files[all[0].file], s.files[here.file]) {
			all = append(all, here)
		}
	})
	if len(all) < 2 {
		return
	}
	at := func(p payloadRef) location { return s.locationOf(p, s.files[p.file].payloads[p.payload].typeText) }
	s.report(at(all[1]), at(all[0]),
		fmt.Sprintf("there are %d payloads with DNS settings, but a device uses only the one chosen by its user", len(all)),
		"deliver only one of them to each device")
}

// dnsDeclaration is the declaration replacing the DNS settings payload.
const dnsDeclaration = "com.apple.configuration.network.dns-settings"

// profileAgainstDeclaration finds payloads and settings next to the declaration replacing them.
func profileAgainstDeclaration(s *setPass) {
	declared := map[string][]payloadRef{} // by type, one for each target
	s.eachPayload(func(here payloadRef, p *payloadFacts) {
		t := s.files[here.file].declares
		if t != "" && !slices.ContainsFunc(declared[t], func(b payloadRef) bool { return s.reachSameDevices(b, here) }) {
			declared[t] = append(declared[t], here)
		}
	})
	if len(declared) == 0 {
		return
	}
	s.eachPayload(func(here payloadRef, p *payloadFacts) {
		s.reportReplaced(declared, p.replacement, p.platforms, s.locationOf(here, p.typeText), "payload "+quote(p.typeText.text))
	})
	for i, m := range s.originals {
		for _, x := range m.settings {
			s.reportReplaced(declared, x.replacement, x.platforms, location{i, x.start, x.end, x.path()}, quote(x.key))
		}
	}
}

// reachSameDevices reports whether two declarations of a type land on the same devices, by their identifiers and platforms.
func (s *setCheck) reachSameDevices(a, b payloadRef) bool {
	x, y := s.files[a.file], s.files[b.file]
	of, group := cutTarget(x)
	other, otherGroup := cutTarget(y)
	if group != otherGroup || group != "" && of != other {
		return false
	}
	return x.payloads[a.payload].platforms == y.payloads[b.payload].platforms
}

// reportReplaced reports a payload or setting next to the declaration replacing it, in whichever file comes later.
func (s *setPass) reportReplaced(declared map[string][]payloadRef, replacement string, on platforms, at location, subject string) {
	i := slices.IndexFunc(declared[replacement], func(d payloadRef) bool {
		m := s.files[d.file]
		return on&m.payloads[d.payload].platforms != 0 && !areAlternatives(m, s.files[at.file])
	})
	if replacement == "" || i < 0 {
		return
	}
	by := declared[replacement][i]
	other := s.locationOf(by, s.files[by.file].payloads[by.payload].typeText)
	if at.file > by.file {
		s.report(at, other, fmt.Sprintf("%s is replaced by the declaration %s in %s", subject, quote(replacement), s.fileName(by.file)),
			"manage it in only one of the two ways")
		return
	}
	other.path = root.field("Type")
	s.report(other, at, fmt.Sprintf("the declaration %s replaces %s in %s", quote(replacement), subject, s.fileName(at.file)),
		"manage it in only one of the two ways")
}
