package lint

import (
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/mdm"
	"syncguard/internal/plist"
)

func textChangedByMDM(p *pass, profile *profile, server *mdm.Server) {
	if server.Storage != nil && profile.root.Kind == plist.Dictionary {
		(&textWalk{p, server, devicesOf(profile.reach()), ""}).everything(profile)
	}
}

// devicesOf returns the kinds of devices, as servers keep them apart, that platforms belong to.
func devicesOf(reach platforms) (kinds []string) {
	if reach&macOS != 0 {
		kinds = append(kinds, mdm.Computers)
	}
	if reach&^macOS != 0 {
		kinds = append(kinds, mdm.MobileDevices)
	}
	return kinds
}

// textWalk looks at every text of a profile but for those that the server fills in itself.
type textWalk struct {
	*pass
	server      *mdm.Server
	devices     []string
	payloadType string
}

func (w *textWalk) everything(p *profile) {
	var own mdm.Own
	if w.server.Own != nil {
		own = *w.server.Own
	}
	w.fields(p.root, root, append([]string{"PayloadContent"}, own.Top...))
	for _, payload := range p.payloads {
		of := textWalk{w.pass, w.server, devicesOf(p.reach() & payload.platforms()), payload.payloadType}
		of.fields(payload.node.value, payload.node.path, own.Payload)
	}
}

// platforms returns those that have a payload of this type, all of them where that is not known.
func (pl *payload) platforms() (all platforms) {
	for _, t := range pl.types {
		all |= platformsOf(t, isThere)
	}
	if len(pl.types) == 0 {
		return everyPlatform
	}
	return all
}

func (w *textWalk) fields(v *plist.Value, at *path, own []string) {
	for n := range plist.Walk(v) {
		if n.Field != nil && n.Up.Up == nil && slices.Contains(own, n.Field.Key) {
			n.Skip()
			continue
		}
		if n.Field != nil {
			w.text(place{at.to(n), n.Field.KeySpan, false}, n.Field.Key)
		}
		if n.Kind == plist.String {
			w.text(at.place(n), n.Text)
		}
	}
}

// changeWords says what becomes of a text, and what to do.
var changeWords = map[mdm.Change]struct{ says, help string }{
	mdm.Emptied:   {"one emoji, or other character above U+FFFF, and the payload arrives without its settings", "take the character out"},
	mdm.Escapes:   {"& and < arrive as &amp; and &lt;", "do without them, or upload the profile on the web page of the server"},
	mdm.Tabs:      {"tabs are deleted", "write blanks"},
	mdm.Astral:    {"each emoji, or other character above U+FFFF, arrives as U+FFFD", "take it out"},
	mdm.LineFeeds: {"line feeds are deleted", "write each line break as &#13;, as push and export do"},
	mdm.Ends:      {"blanks at the ends are taken off", "take them out"},
}

// byHarm is the changes, the worst one first.
var byHarm = []mdm.Change{mdm.Emptied, mdm.Escapes, mdm.Tabs, mdm.Astral, mdm.LineFeeds, mdm.Ends}

// worst is the place in byHarm of the worst of some changes, and behind it for none.
func worst(changes []mdm.Change) int {
	i := slices.IndexFunc(byHarm, func(c mdm.Change) bool { return slices.Contains(changes, c) })
	if i < 0 {
		return len(byHarm)
	}
	return i
}

// text reports what becomes of a text, on the kind of devices where it is worse off.
func (w *textWalk) text(at place, text string) {
	var changes []mdm.Change
	on := ""
	for i, devices := range w.devices {
		here := w.server.Storage.Changes(text, devices, w.payloadType)
		if i > 0 && slices.Equal(here, changes) {
			on = ""
			break
		}
		if len(w.devices) > 1 && worst(here) < worst(changes) {
			on = " for " + strings.ReplaceAll(devices, "-", " ")
		}
		if worst(here) < worst(changes) {
			changes = here
		}
	}
	if len(changes) == 0 {
		return
	}
	var says []string
	for _, c := range changes {
		says = append(says, changeWords[c].says)
	}
	harm := byHarm[worst(changes)]
	d := w.report(at, "the API of %s changes %s%s: %s", w.server.Name, quote(at.path.name()), on, strings.Join(says, "; "))
	d.Help = changeWords[harm].help
	switch {
	case harm == mdm.Emptied, at.secret && harm != mdm.LineFeeds:
		d.Severity = diag.Error
	case harm == mdm.LineFeeds, harm == mdm.Ends:
		d.Severity = diag.Note
	}
	attribute(d, w.server.Storage.Statement)
}
