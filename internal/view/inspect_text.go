package view

import (
	"cmp"
	"fmt"
	"slices"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/inspect"
	"syncguard/internal/text"
)

// Inspection writes the content of files. before runs before each piece of output, to clear a line of progress.
func (p *Printer) Inspection(run *app.InspectRun, full bool, before func()) error {
	first := true
	for f, err := range run.Files {
		if err != nil {
			return err
		}
		before()
		if !first {
			p.Line("")
		}
		first = false
		p.inspected(f, full)
	}
	return nil
}

// inspected writes the content of a file: a head of few lines, then each payload as a tree. Without full it cuts long
// values and large trees, and tells how much is left out.
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
func (p *Printer) inspected(f *app.Inspected, full bool) {
	t := &tree{p: p, full: full, left: maxRows}
	p.Line("%s", bold.Render(Clean(f.File)))
	t.document(f.Document, f)
	if t.cut > 0 {
		p.Line("\n  %s", yellow.Render(fmt.Sprintf("%s not shown; --full shows all", text.Count(t.cut, "more value"))))
	}
}

// document writes the head and the payloads. f is nil for a document nested in data.
func (t *tree) document(d *inspect.Document, f *app.Inspected) {
	rest := t.head(d)
	if f != nil {
		t.file(f)
		if f.Encrypted != nil { // shown above in full
			rest = slices.DeleteFunc(rest, func(k *inspect.Node) bool { return k.Key == "EncryptedPayloadContent" })
		}
	}
	t.keys(rest, "  ", roleWidth)
	for i, payload := range d.Payloads {
		t.payload(payload, i, len(d.Payloads))
	}
}

func (t *tree) payload(p *inspect.Payload, i, of int) {
	if t.left <= 0 && !t.full {
		t.cut += countKeys(p.Keys) + 1
		return
	}
	t.left--
	names, rest := takeKeys(p.Keys, "PayloadType", "PayloadDisplayName", "PayloadIdentifier", "PayloadUUID")
	t.p.Line("")
	title := bold.Render(t.shorten(cmp.Or(p.Type, "(no type)"), t.width()-len(t.indent)-14))
	place := ""
	if of > 1 {
		place = fmt.Sprintf("  %d of %d", i+1, of)
	}
	if name := names["PayloadDisplayName"]; name != nil {
		title += "  " + t.scalar(name, t.width()-lipgloss.Width(title)-len(t.indent)-4-len(place))
	}
	title += faint.Render(place)
	t.p.Line("%s%s", t.indent+"  ", title)
	for _, key := range []string{"PayloadIdentifier", "PayloadUUID"} {
		if k := names[key]; k != nil {
			t.p.Line("%s%s", t.indent+"    ", faint.Render(t.scalar(k, t.width()-len(t.indent)-4)))
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

// withoutUsual leaves out keys with the only value allowed.
func withoutUsual(keys []*inspect.Node) []*inspect.Node {
	return slices.DeleteFunc(slices.Clone(keys), func(k *inspect.Node) bool {
		return k.Key == "PayloadVersion" && k.Type == "integer" && k.Text == "1"
	})
}

// takeKeys takes keys out of others by name: the last one of equal keys, as on a device. Containers stay.
func takeKeys(keys []*inspect.Node, names ...string) (taken map[string]*inspect.Node, rest []*inspect.Node) {
	taken = map[string]*inspect.Node{}
	for _, k := range keys {
		if k.Index == nil && slices.Contains(names, k.Key) && k.Keys == nil && k.Data == nil {
			taken[k.Key] = k
		} else {
			rest = append(rest, k)
		}
	}
	return taken, rest
}
