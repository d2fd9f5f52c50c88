package view

import (
	"cmp"
	"fmt"
	"slices"

	"charm.land/lipgloss/v2"
)

// Inspected writes what a file holds: a head of few lines, then each payload as a tree. What is very long or large is cut,
// and how much is said, unless all of it is to be shown.
//
//	corp.mobileconfig
//	  profile       "Corp Wi-Fi"
//	  identifier    com.corp.wifi
//	  format        XML, 3.4 kB, signed
//	  integrity     ok      …
//
//	  com.apple.wifi.managed  "Corp Wi-Fi"
//	    since iOS 4, macOS 10.7; …
//	    SSID_STR  Corp
//	    AutoJoin  true  the default
func (p *Printer) Inspected(f *Inspected, full bool) {
	t := &tree{p: p, full: full, left: maxRows}
	p.Line("%s", bold.Render(Clean(f.File)))
	t.document(&f.InspectedDocument, f)
	if t.cut > 0 {
		p.Line("\n  %s", yellow.Render(fmt.Sprintf("%s not shown; --full shows all", Count(t.cut, "more value"))))
	}
}

// document writes the head and the payloads. The file is nil for a document inside of data.
func (t *tree) document(d *InspectedDocument, f *Inspected) {
	rest := t.head(d)
	if f != nil {
		t.file(f)
		if f.Encrypted != nil { // which says all of it
			rest = slices.DeleteFunc(rest, func(k InspectedKey) bool { return k.Key == "EncryptedPayloadContent" })
		}
	}
	t.keys(rest, "  ", roleWidth)
	for i, payload := range d.Payloads {
		t.payload(payload, i, len(d.Payloads))
	}
}

func (t *tree) payload(p InspectedPayload, i, of int) {
	if t.left <= 0 && !t.full {
		t.cut += countKeys(p.Keys) + 1
		return
	}
	t.left--
	names, rest := takeKeys(p.Keys, "PayloadType", "PayloadDisplayName", "PayloadIdentifier", "PayloadUUID")
	t.p.Line("")
	title := bold.Render(t.cutTo(cmp.Or(p.Type, "no type"), t.width()-len(t.indent)-14))
	place := ""
	if of > 1 {
		place = fmt.Sprintf("  %d of %d", i+1, of)
	}
	if name := names["PayloadDisplayName"]; name != nil {
		title += "  " + t.short(name, t.width()-lipgloss.Width(title)-len(t.indent)-4-len(place))
	}
	title += faint.Render(place)
	t.p.Line("%s%s", t.indent+"  ", title)
	for _, key := range []string{"PayloadIdentifier", "PayloadUUID"} {
		if k := names[key]; k != nil {
			t.p.Line("%s%s", t.indent+"    ", faint.Render(t.short(k, t.width()-len(t.indent)-4)))
		}
	}
	var notes []note
	for _, text := range byTarget(p.Obstacles) {
		notes = append(notes, note{text, true})
	}
	for _, kind := range p.Types {
		notes = append(notes, notesOfType(kind)...)
	}
	if len(p.Types) == 0 {
		notes = append(notes, note{nothingKnown, true})
	}
	t.notes(notes, t.indent+"    ")
	t.keys(withoutUsual(rest), "    ", 0)
}

// withoutUsual leaves out keys that say what goes without saying.
func withoutUsual(keys []InspectedKey) []InspectedKey {
	return slices.DeleteFunc(slices.Clone(keys), func(k InspectedKey) bool {
		return k.Key == "PayloadVersion" && k.Type == "integer" && k.Text == "1"
	})
}

// takeKeys takes keys out of some, the last one where a key repeats, as a device does. Containers stay.
func takeKeys(keys []InspectedKey, names ...string) (taken map[string]*InspectedKey, rest []InspectedKey) {
	taken = map[string]*InspectedKey{}
	for i := range keys {
		k := &keys[i]
		if k.Index == nil && slices.Contains(names, k.Key) && k.Keys == nil && k.Data == nil {
			taken[k.Key] = k
		} else {
			rest = append(rest, *k)
		}
	}
	return taken, rest
}
