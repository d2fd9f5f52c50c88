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
		(&textWalk{p, server, devicesOf(profile.installablePlatforms()), ""}).checkProfile(profile)
	}
}

// devicesOf returns the kinds of devices of some platforms, by the distinction of servers.
func devicesOf(on platforms) (kinds []string) {
	if on&macOS != 0 {
		kinds = append(kinds, mdm.Computers)
	}
	if on&^macOS != 0 {
		kinds = append(kinds, mdm.MobileDevices)
	}
	return kinds
}

// textWalk visits every text of a profile, except for the keys written by the server itself.
type textWalk struct {
	*pass
	server      *mdm.Server
	devices     []string
	payloadType string
}

func (w *textWalk) checkProfile(p *profile) {
	var own mdm.Own
	if w.server.Own != nil {
		own = *w.server.Own
	}
	w.checkFields(p.root, root, append([]string{"PayloadContent"}, own.Top...))
	for _, payload := range p.payloads {
		of := textWalk{w.pass, w.server, devicesOf(p.installablePlatforms() & payload.knownPlatforms()), payload.payloadType}
		of.checkFields(payload.node.value, payload.node.path, own.Payload)
	}
}

// knownPlatforms returns the platforms with a payload of this type, all platforms if unknown.
func (pl *payload) knownPlatforms() (all platforms) {
	for _, t := range pl.types {
		all |= platformsOf(t, isThere)
	}
	if len(pl.types) == 0 {
		return everyPlatform
	}
	return all
}

func (w *textWalk) checkFields(v *plist.Value, at *path, own []string) {
	for n := range plist.Walk(v) {
		if n.Field != nil && n.Up.Up == nil && slices.Contains(own, n.Field.Key) {
			n.Skip()
			continue
		}
		if n.Field != nil {
			w.checkText(place{at.to(n), n.Field.KeySpan, false}, n.Field.Key)
		}
		if n.Kind == plist.String {
			w.checkText(at.place(n), n.Text)
		}
	}
}

// textChanges describes each change to a text, and the remedy. Read-only.
var textChanges = map[mdm.Change]struct{ text, help string }{
	mdm.Emptied:   {"an emoji, or another character above U+FFFF, makes the payload arrive without its settings", "remove the character"},
	mdm.Escapes:   {"& and < arrive as &amp; and &lt;", "avoid them, or upload the profile on the server's web page"},
	mdm.Tabs:      {"tabs are deleted", "use spaces"},
	mdm.Astral:    {"each emoji, or other character above U+FFFF, arrives as U+FFFD", "remove it"},
	mdm.LineFeeds: {"line feeds are deleted", "write each line break as &#13;, as push and export do"},
	mdm.Ends:      {"spaces at the start and end are removed", "remove them"},
}

// worstFirst lists the changes from worst to least. Read-only.
var worstFirst = []mdm.Change{mdm.Emptied, mdm.Escapes, mdm.Tabs, mdm.Astral, mdm.LineFeeds, mdm.Ends}

// rankOfWorst returns the index in worstFirst of the worst of some changes, and its length for none.
func rankOfWorst(changes []mdm.Change) int {
	i := slices.IndexFunc(worstFirst, func(c mdm.Change) bool { return slices.Contains(changes, c) })
	if i < 0 {
		return len(worstFirst)
	}
	return i
}

// checkText reports the changes to a text, for the kind of devices with the worse outcome.
func (w *textWalk) checkText(at place, text string) {
	var changes []mdm.Change
	on := ""
	for i, devices := range w.devices {
		here := w.server.Storage.Changes(text, devices, w.payloadType)
		if i > 0 && slices.Equal(here, changes) {
			on = ""
			break
		}
		if len(w.devices) > 1 && rankOfWorst(here) < rankOfWorst(changes) {
			on = " for " + strings.ReplaceAll(devices, "-", " ")
		}
		if rankOfWorst(here) < rankOfWorst(changes) {
			changes = here
		}
	}
	if len(changes) == 0 {
		return
	}
	var effects []string
	for _, c := range changes {
		effects = append(effects, textChanges[c].text)
	}
	worst := worstFirst[rankOfWorst(changes)]
	d := w.report(at, "the API of %s changes %s%s: %s", w.server.Name, quote(at.path.name()), on, strings.Join(effects, "; "))
	d.Help = textChanges[worst].help
	switch {
	case worst == mdm.Emptied, at.secret && worst != mdm.LineFeeds:
		d.Severity = diag.Error
	case worst == mdm.LineFeeds, worst == mdm.Ends:
		d.Severity = diag.Note
	}
	attribute(d, w.server.Storage.Statement)
}
