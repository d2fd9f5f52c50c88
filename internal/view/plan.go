package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/target"
	"syncguard/internal/text"
	"syncguard/internal/upgrade"
)

// Plan lays out what an update does, as a checklist: the devices, a section for each verdict, and footnotes with sources.
func Plan(r *app.PlanResult) []Block {
	var blocks []Block
	if r.Inventory != nil {
		blocks = append(blocks, plannedInventory(r.Inventory))
	}
	if len(r.Moves) > 0 {
		blocks = append(blocks, plannedMoves(r))
	}
	if s := plannedSummary(r); s != "" {
		blocks = append(blocks, Paragraph{Text: words(s)})
	}
	var notes numbering
	for _, verdict := range upgrade.Verdicts() {
		list := List{Tasks: true}
		for _, t := range r.Tasks {
			if t.Verdict == verdict {
				list.Items = append(list.Items, plannedTask(r, t, &notes))
			}
		}
		if len(list.Items) > 0 {
			blocks = append(blocks, Section{Title: words(verdict.Title()), ID: string(verdict), Blocks: []Block{list}})
		}
	}
	blocks = append(blocks, Paragraph{Text: words(plannedRest(r))})
	if len(notes) > 0 {
		blocks = append(blocks, notes.footnotes(""))
	}
	return blocks
}

// PlanPage returns Plan as a page of its own.
func PlanPage(r *app.PlanResult) *Page {
	p := &Page{Title: "Update plan", Blocks: Plan(r)}
	if len(r.Files) > 0 {
		p.Lead = words("For " + shortList(r.Files, "file") + ".")
	}
	return p
}

// plannedInventory tells what was read, and which devices are not planned for.
func plannedInventory(i *app.PlannedInventory) Block {
	var list List
	add := func(s string) { list.Items = append(list.Items, Item{Text: Text{styled(Faint, s)}}) }
	for _, line := range i.Understood.Lines() {
		add(line)
	}
	if i.Updated > 0 {
		add("have the new version already: " + text.Counted(i.Updated, "device"))
	}
	if i.Aside > 0 {
		add("of platforms without --to: " + text.Counted(i.Aside, "device"))
	}
	for _, l := range i.Incomplete {
		s := l.Lack.Describe() + ": " + text.Counted(l.Devices, "device")
		if l.Help != "" {
			s += " (" + l.Help + ")"
		}
		add(s)
	}
	title := text.Counted(i.Devices, "device") + " in " + i.Name + ", " + text.Number(i.Planned) + " to update"
	return Section{Title: words(title), ID: "devices", Blocks: []Block{list}}
}

// maxPlannedKinds is the number of kinds of devices shown.
const maxPlannedKinds = 16

// plannedMoves lists the devices and their versions. Platforms with the same ones share a line, unless their devices were counted.
func plannedMoves(r *app.PlanResult) Block {
	t := Table{Headers: []string{"devices", "from", "to", "came out", "can be put off until"}, Labels: 1}
	counted := slices.ContainsFunc(r.Moves, func(m app.PlannedMove) bool { return m.Devices > 0 })
	if counted {
		t.Headers = slices.Insert(t.Headers, 1, "number")
	}
	var kinds []app.PlannedMove
	var platforms [][]string
	for _, m := range r.Moves {
		name := plannedPlatform(r, m.Platform)
		like := func(k app.PlannedMove) bool {
			return !counted && k.Enrollment == m.Enrollment && k.From == m.From && k.To == m.To && k.Released == m.Released && k.Deferrable == m.Deferrable
		}
		if i := slices.IndexFunc(kinds, like); i >= 0 {
			platforms[i] = append(platforms[i], name)
			continue
		}
		kinds, platforms = append(kinds, m), append(platforms, []string{name})
	}
	for i, m := range kinds[:min(len(kinds), maxPlannedKinds)] {
		name := strings.Join(platforms[i], ", ")
		if m.Enrollment != "" {
			name += " " + m.Enrollment.Describe()
		}
		cells := []Text{words(name), words(m.From.String()), words(m.To.String()), words(cmp.Or(m.Released, "date unknown")), words(cmp.Or(m.Deferrable, "–"))}
		if counted {
			cells = slices.Insert(cells, 1, words(text.Number(m.Devices)))
		}
		t.Rows = append(t.Rows, Row{Cells: cells})
	}
	if n := len(kinds) - maxPlannedKinds; n > 0 {
		t.Below = "and " + text.Count(n, "more kind") + " of devices; --format json lists them all"
	}
	return t
}

// plannedPlatform names a platform; iOS stands for iPadOS, too, unless a move has it or the devices were counted.
func plannedPlatform(r *app.PlanResult, p target.Platform) string {
	hasIPads := slices.ContainsFunc(r.Moves, func(m app.PlannedMove) bool { return m.Platform == target.IPadOS })
	if p == target.IOS && !hasIPads && r.Inventory == nil { // only these: schemas count an iPad as iOS
		return "iOS, iPadOS"
	}
	return string(p)
}

func plannedTask(r *app.PlanResult, t app.PlannedTask, notes *numbering) Item {
	title := Text{styled(Strong, plannedTitle(t))}
	if len(t.Keys) > 1 {
		title = append(title, Run{Text: ": " + strings.Join(t.Keys, ", ")})
	}
	title[len(title)-1].Footnotes = notes.numbers(t.Notes)
	lines := plannedEvents(r, t)
	if t.Replacement != nil {
		line := Text{{Text: "replaced by "}, styled(Code, t.Replacement.Type)}
		if !t.Replacement.Verified {
			line = append(line, styled(Evidence, string(fact.Unverified)))
		}
		lines = append(lines, line)
	}
	if s := plannedEffects(t); s != "" {
		lines = append(lines, words(s))
	}
	if len(r.Files) > 1 && len(t.Files) > 0 && t.Verdict != upgrade.TakenOver {
		lines = append(lines, words("in "+shortList(t.Files, "file")))
	}
	if on := plannedDevices(r, t); on != "" {
		lines = append(lines, words(on))
	}
	next := Text{{Text: "→ " + t.Next}}
	if t.Command != "" {
		next = append(next, Run{Text: ": "}, styled(Code, t.Command))
	}
	below := List{}
	for _, line := range append(lines, next) {
		below.Items = append(below.Items, Item{Text: line})
	}
	return Item{Text: title, Blocks: []Block{below}}
}

// plannedDevices tells the devices of a task, if a platform has several kinds of them.
func plannedDevices(r *app.PlanResult, t app.PlannedTask) string {
	seen, several := map[target.Platform]bool{}, false
	for _, m := range r.Moves {
		several = several || seen[m.Platform]
		seen[m.Platform] = true
	}
	of := ""
	if several && len(t.Moves) < len(r.Moves) {
		of = "for " + shortList(t.Moves, "kind of device")
	}
	if t.Devices == 0 {
		return of
	}
	return strings.TrimPrefix(of+", "+text.Counted(t.Devices, "device"), ", ")
}

// plannedTitle names what a task is about; several keys follow it.
func plannedTitle(t app.PlannedTask) string {
	switch {
	case t.Intent != "":
		return intent.ID(t.Intent).Title()
	case t.Verdict == upgrade.TakenOver:
		return shortList(t.Files, "file") + ", by " + t.Type
	case len(t.Keys) == 1:
		return t.Type + "." + t.Keys[0]
	}
	return t.Type
}

// plannedEvents writes what happens when: the events of one kind, version and day in one line.
func plannedEvents(r *app.PlanResult, t app.PlannedTask) (lines []Text) {
	type moment struct {
		kind                upgrade.Kind
		version, date, text string
		evidence            fact.Evidence
	}
	var order []moment
	on := map[moment][]string{}
	for _, e := range t.Events {
		m := moment{e.Kind, e.Version.String(), e.Date, e.Text, e.Evidence}
		if on[m] == nil {
			order = append(order, m)
		}
		on[m] = append(on[m], plannedPlatform(r, e.Platform))
	}
	for _, m := range order {
		what := map[upgrade.Kind]string{upgrade.Introduced: "introduced in ", upgrade.Ends: "deprecated in ", upgrade.Removed: "removed in ",
			upgrade.Changed: "from ", upgrade.Replaceable: "the declaration came in "}[m.kind]
		line := fmt.Sprintf("%s%s (%s) on %s", what, m.version, cmp.Or(m.date, "date unknown"), strings.Join(on[m], ", "))
		if m.text != "" {
			line += " it " + m.text
		}
		lines = append(lines, withEvidence(words(line), m.evidence))
	}
	return lines
}

// plannedEffects writes the strength before and after, with the moves unless all agree.
func plannedEffects(t app.PlannedTask) string {
	var order []string
	on := map[string][]string{}
	for _, e := range t.Effects {
		s := e.Before.Label() + " before, " + e.After.Label() + " after"
		if e.Before == e.After {
			s = e.Before.Label() + " before and after"
		}
		if on[s] == nil {
			order = append(order, s)
		}
		on[s] = append(on[s], e.Move)
	}
	if len(order) == 1 {
		return order[0]
	}
	for i, s := range order {
		order[i] = s + " on " + shortList(on[s], "kind of device")
	}
	return strings.Join(order, "; ")
}

// plannedSummary counts the settings with each verdict that asks for work.
func plannedSummary(r *app.PlanResult) string {
	var parts []string
	for _, verdict := range upgrade.Verdicts() {
		n := 0
		for _, t := range r.Tasks {
			if t.Verdict == verdict {
				n += max(len(t.Keys), 1)
			}
		}
		if s := verdict.Phrase(n); n > 0 && s != "" {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	switch {
	case len(r.Tasks) == 0:
		return ""
	case parts == nil:
		return "Nothing stops, changes, or has to be delivered again."
	}
	return "Of the settings, " + strings.Join(parts, ", ") + "."
}

// plannedRest counts what needs no line.
func plannedRest(r *app.PlanResult) string {
	what := "settings stay as they are"
	if r.Unchanged == 1 {
		what = "setting stays as it is"
	}
	s := fmt.Sprintf("%d other %s.", r.Unchanged, what)
	switch {
	case len(r.Moves) == 0:
		return "No device is known to get the update, so nothing was planned."
	case len(r.Tasks) == 0:
		s = fmt.Sprintf("Nothing to do: %d %s.", r.Unchanged, what)
	}
	if r.Unknown > 0 {
		s += fmt.Sprintf(" Nothing is known of %s in no schema.", text.Count(r.Unknown, "key"))
	}
	return s
}

// shortList lists a few names, or counts many.
func shortList(names []string, noun string) string {
	if len(names) > 4 {
		return strings.Replace(text.Count(len(names), noun), "kind of devices", "kinds of devices", 1)
	}
	return strings.Join(names, ", ")
}
