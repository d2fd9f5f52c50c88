package view

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/guidance"
	"syncguard/internal/intent"
	"syncguard/internal/target"
)

// effectSections tells what is enforced, what is set in another way, and what is not set.
func effectSections(p *app.BuiltPart, id, prefix string) []Block {
	enforced := Section{Title: words(prefix + "Enforced"), ID: id + "-enforced", Nav: prefix + "Enforced"}
	all := effectTable(p, func(e *app.Effect) bool { return e.Class == intent.Enforced && !e.Silent && !e.Declared })
	declared := effectTable(p, func(e *app.Effect) bool { return e.Class == intent.Enforced && !e.Silent && e.Declared })
	intro := "Nobody can change these while the profile is installed."
	switch {
	case all.Rows == nil && declared.Rows == nil:
		intro = "Nothing is known to be enforced: people can change what is set, or Apple does not state whether they can."
	case isManual(p.Profiles):
		intro += " A person can remove a profile installed by hand, and its settings go with it."
	}
	enforced.Blocks = append(enforced.Blocks, Paragraph{Text: words(intro)})
	if all.Rows != nil {
		enforced.Blocks = append(enforced.Blocks, all.compact())
	}
	if declared.Rows != nil {
		enforced.Blocks = append(enforced.Blocks, Section{Title: words("Enforced once the server sends the declarations"), Blocks: []Block{declarationsParagraph(), declared.compact()}})
	}
	set := Section{Title: words(prefix + "Set, not enforced"), ID: id + "-set", Nav: prefix + "Set, not enforced"}
	for _, group := range []struct {
		title string
		is    func(*app.Effect) bool
	}{
		{"People can change it", func(e *app.Effect) bool { return e.Class == intent.Preset && !e.Silent }},
		{"Locked: nobody can change the switch, and it stays as it was", func(e *app.Effect) bool { return e.Class == intent.Locked && !e.Silent }},
		{"Apple does not state whether people can change it", func(e *app.Effect) bool { return e.Class != intent.None && e.Silent }},
	} {
		if t := effectTable(p, group.is); t.Rows != nil {
			set.Blocks = append(set.Blocks, Section{Title: words(group.title), Blocks: []Block{t.compact()}})
		}
	}
	unset := effectTable(p, func(e *app.Effect) bool { return e.Class == intent.None })
	unset.Headers[2] = "why"
	unset.Rows = append(manualRows(p), unset.Rows...)
	blocks := []Block{enforced}
	if set.Blocks != nil {
		blocks = append(blocks, set)
	}
	if unset.Rows != nil {
		blocks = append(blocks, Section{Title: words(prefix + "Not set, and why"), ID: id + "-unset", Nav: prefix + "Not set", Blocks: []Block{unset}})
	}
	return blocks
}

// declarationsParagraph tells what push does with declarations.
func declarationsParagraph() Paragraph {
	var push []string
	for _, d := range app.Deliveries() {
		for _, command := range d.Declares {
			push = append(push, "syncguard "+command)
		}
	}
	return Paragraph{Text: append(joined(Code, push, " and "), Run{Text: " sends declarations. Every other push sends the profiles only: nothing of this is set before the declarations reach the devices in another way."})}
}

// effectTable lists the effects of a kind, each sentence once.
func effectTable(p *app.BuiltPart, is func(*app.Effect) bool) Table {
	t := Table{Headers: []string{"what", "kinds of devices", "conditions"}, Labels: 1, Stacks: true}
	var order []string
	same := map[string][]judged{}
	for i := range p.Effects {
		if e := &p.Effects[i]; is(e) {
			says := sentences(e, guidance.In(english))
			if same[says] == nil {
				order = append(order, says)
			}
			same[says] = append(same[says], judged{e.On, e.Notes})
		}
	}
	for _, says := range order {
		t.Rows = append(t.Rows, judgedRow(words(says), same[says], len(p.Profiles)))
	}
	return t
}

// compact leaves out the last column if nothing is in it.
func (t Table) compact() Table {
	last := len(t.Headers) - 1
	if slices.ContainsFunc(t.Rows, func(r Row) bool { return r.Cells[last] != nil }) {
		return t
	}
	t.Headers = t.Headers[:last]
	for i := range t.Rows {
		t.Rows[i].Cells = t.Rows[i].Cells[:last]
	}
	return t
}

// judged is what holds on some targets.
type judged struct {
	on    []target.Target
	notes []intent.Note
}

// judgedRow returns a row with all targets, and the notes: first those on all of them, then others with their targets.
func judgedRow(what Text, all []judged, total int) Row {
	var on []target.Target
	common := all[0].notes
	for _, j := range all {
		for _, t := range j.on {
			if !slices.Contains(on, t) {
				on = append(on, t)
			}
		}
		common = slices.DeleteFunc(slices.Clone(common), func(n intent.Note) bool { return !slices.Contains(j.notes, n) })
	}
	conditions := notesText(common)
	for _, j := range all {
		own := slices.DeleteFunc(slices.Clone(j.notes), func(n intent.Note) bool { return slices.Contains(common, n) })
		if len(own) == 0 {
			continue
		}
		if conditions != nil {
			conditions = append(conditions, Run{Text: "; "})
		}
		conditions = append(append(conditions, styled(Faint, systems(j.on)+": ")), notesText(own)...)
	}
	return Row{Cells: []Text{what, devicesText(on, total), conditions}}
}

// sentences returns the words of an effect in a language.
func sentences(e *app.Effect, l *guidance.Locale) string {
	var all []string
	for _, s := range e.Says {
		all = append(all, s.In(l))
	}
	return strings.Join(all, " ")
}

// manualRows lists the intents left to people, and why.
func manualRows(p *app.BuiltPart) (rows []Row) {
	for _, name := range intent.All() {
		var all []judged
		for _, profile := range p.Profiles {
			for _, o := range profile.Intents {
				if o.Intent != name || o.Class != intent.Manual {
					continue
				}
				notes := slices.DeleteFunc(slices.Clone(o.Notes), func(n intent.Note) bool { return n.Detail })
				if i := slices.IndexFunc(all, func(j judged) bool { return slices.Equal(j.notes, notes) }); i >= 0 {
					all[i].on = append(all[i].on, profile.Of)
					continue
				}
				all = append(all, judged{[]target.Target{profile.Of}, notes})
			}
		}
		if all != nil {
			rows = append(rows, judgedRow(words(guidance.In(english).Text(string(name))+": left to people."), all, len(p.Profiles)))
		}
	}
	return rows
}

// devicesText tells on how many of the targets, and on which.
func devicesText(on []target.Target, total int) Text {
	switch {
	case total == 1:
		return words(on[0].Describe())
	case len(on) == total:
		return Text{styled(Strong, fmt.Sprintf("all %d", total))}
	}
	return Text{styled(Strong, fmt.Sprintf("%d of %d", len(on), total)), {Text: ": "}, styled(Faint, systems(on))}
}

// systems names targets by their way of install: iOS 26+, tvOS 26+ · MDM, supervised.
func systems(on []target.Target) string {
	joinBy := func(all [][2]string, between string) (joined [][2]string) {
		for _, one := range all {
			if i := slices.IndexFunc(joined, func(j [2]string) bool { return j[1] == one[1] }); i >= 0 {
				joined[i][0] += between + one[0]
				continue
			}
			joined = append(joined, one)
		}
		return joined
	}
	var all [][2]string
	for _, t := range on {
		all = append(all, [2]string{fmt.Sprintf("%s %s+", t.Platform, t.Version), t.Effective().Describe()})
	}
	all = joinBy(all, ", ")
	for i := range all {
		all[i][0], all[i][1] = all[i][1], all[i][0]
	}
	var texts []string
	for _, one := range joinBy(all, " or ") {
		texts = append(texts, one[1]+" · "+one[0])
	}
	return strings.Join(texts, "; ")
}

// notesText joins notes, each with its evidence and a link to its source.
func notesText(notes []intent.Note) (all Text) {
	for i, n := range notes {
		if i > 0 {
			all = append(all, Run{Text: "; "})
		}
		all = append(all, withEvidence(words(n.Text), n.Evidence)...)
		if isAddress(n.Source) {
			all = append(all, Run{Text: " ("}, Run{Text: "source", URL: n.Source}, Run{Text: ")"})
		}
	}
	return all
}
