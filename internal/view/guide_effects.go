package view

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/guidance"
	"syncguard/internal/intent"
	"syncguard/internal/summary"
	"syncguard/internal/target"
)

// effectSections tells what is enforced, what is set in another way, and what is not set.
func effectSections(p *app.BuiltPart, id string) []Block {
	enforced := Section{Title: words("Enforced"), ID: id + "-enforced", Nav: "Enforced"}
	t := effectTable(p, []effectGroup{
		{"Enforced by the profiles", func(e *app.Effect) bool { return e.Class == intent.Enforced && !e.Silent && !e.Declared }},
		{declared, func(e *app.Effect) bool { return e.Class == intent.Enforced && !e.Silent && e.Declared }},
	})
	intro := "Nobody can change these while the profile is installed."
	switch {
	case t.Rows == nil:
		intro = "Nothing is known to be enforced: people can change what is set, or Apple does not state whether they can."
	case isManual(p.Profiles):
		intro += " A person can remove a profile installed by hand, and its settings go with it."
	}
	enforced.Blocks = append(enforced.Blocks, Paragraph{Text: words(intro)})
	isDeclared := func(r Row) bool { return r.Section == declared }
	if !slices.ContainsFunc(t.Rows, isDeclared) {
		t.Sections = "" // one group needs no heading
		for i := range t.Rows {
			t.Rows[i].Section = ""
		}
	}
	if t.Rows != nil {
		enforced.Blocks = append(enforced.Blocks, t.compact())
	}
	if slices.ContainsFunc(t.Rows, isDeclared) {
		enforced.Blocks = append(enforced.Blocks, declarationsParagraph())
	}
	blocks := []Block{enforced}
	set := effectTable(p, []effectGroup{
		{"People can change it", func(e *app.Effect) bool { return e.Class == intent.Preset && !e.Silent }},
		{"Locked: nobody can change the switch, and it stays as it was", func(e *app.Effect) bool { return e.Class == intent.Locked && !e.Silent }},
		{"Apple does not state whether people can change it", func(e *app.Effect) bool { return e.Class != intent.None && e.Silent }},
	})
	if set.Rows != nil {
		blocks = append(blocks, Section{Title: words("Set, not enforced"), ID: id + "-set", Nav: "Set, not enforced", Blocks: []Block{set.compact()}})
	}
	unset := effectTable(p, []effectGroup{{"", func(e *app.Effect) bool { return e.Class == intent.None }}})
	unset.Headers[2], unset.Sections, unset.Rows = "why", "", append(manualRows(p), unset.Rows...)
	if unset.Rows != nil {
		blocks = append(blocks, Section{Title: words("Not set, and why"), ID: id + "-unset", Nav: "Not set", Blocks: []Block{unset}})
	}
	return blocks
}

// declared is the heading over what declarations set through MDM.
const declared = "Enforced once the server sends the declarations"

// declarationsParagraph tells what push does with declarations.
func declarationsParagraph() Paragraph {
	var push []string
	for _, d := range app.Deliveries() {
		for _, command := range d.Declares {
			push = append(push, "syncguard "+command)
		}
	}
	return Paragraph{Look: Small, Text: append(joined(Code, push, " and "), Run{Text: " sends declarations. Every other push sends profiles only: until the declarations are added on the server, they set nothing."})}
}

// effectGroup is effects under one heading.
type effectGroup struct {
	title string
	is    func(*app.Effect) bool
}

// effectTable lists effects in groups, each sentence once.
func effectTable(p *app.BuiltPart, groups []effectGroup) Table {
	t := Table{Headers: []string{"what", "kinds of devices", "conditions"}, Labels: 1, Stacks: true, Sections: "how", Grouped: true}
	for _, g := range groups {
		cells := func(s *statement) []Text { return []Text{devicesText(s.on(p), len(p.Profiles)), s.conditions()} }
		for _, s := range joinLimits(statements(p, g.is), func(s *statement) string { return fmt.Sprintf("%#v", cells(s)) }) {
			t.Rows = append(t.Rows, Row{Section: g.title, Cells: append([]Text{s.text()}, cells(s)...)})
		}
	}
	return t
}

// statement is sentences with what holds for them on the targets. A restriction is a statement of its own.
type statement struct {
	says   []summary.Sentence
	keys   []string // of sentences that only count them
	judged []judged
}

// judged is what holds on some targets.
type judged struct {
	on       []target.Target
	subject  string // of the notes; "" if they name it themselves
	notes    []intent.Note
	declared bool // only once a server sends a declaration
}

// statements lists the effects of a kind.
func statements(p *app.BuiltPart, is func(*app.Effect) bool) (all []*statement) {
	at := map[string]*statement{}
	add := func(says []summary.Sentence, e *app.Effect, keys []string) {
		key := fmt.Sprintf("%#v", says)
		if at[key] == nil {
			at[key] = &statement{says: says, keys: keys}
			all = append(all, at[key])
		}
		at[key].judged = append(at[key].judged, judged{e.On, e.Subject, e.Notes, e.Declared && (e.Class != intent.Enforced || e.Silent)})
	}
	for i := range p.Effects {
		e := &p.Effects[i]
		if !is(e) {
			continue
		}
		var says []summary.Sentence
		var keys []string
		for _, s := range e.Says {
			if s.IsGeneral() {
				keys = e.Keys
			}
			if s.Limits == nil {
				says = append(says, s)
			}
		}
		if says != nil {
			add(says, e, keys)
		}
		for _, s := range e.Says {
			for _, limit := range s.Limits {
				if limit.Restrict || e.Class != intent.None {
					add([]summary.Sentence{{ID: s.ID, Limits: []summary.Limit{limit}}}, e, nil)
				}
			}
		}
	}
	return all
}

// joinLimits makes one statement of the restrictions of which the same is to be told.
func joinLimits(all []*statement, told func(*statement) string) (joined []*statement) {
	at := map[string]*statement{}
	for _, s := range all {
		if limits := s.says[0].Limits; limits != nil {
			key := told(s)
			if first := at[key]; first != nil {
				first.says[0].Limits = append(first.says[0].Limits, limits...)
				continue
			}
			at[key] = s
		}
		joined = append(joined, s)
	}
	return joined
}

// text returns the sentences for whoever decides, with Apple's keys where a sentence only counts them.
func (s *statement) text() Text {
	says := slices.DeleteFunc(slices.Clone(s.says), func(s summary.Sentence) bool { return s.ID == "does.dns.change" }) // is for the person at the device
	text := words(summary.Words(says, guidance.In(english)))
	const few = 12
	keys := s.keys
	if len(keys) > few {
		keys = append(slices.Clip(keys[:few]), "…")
	}
	if keys != nil {
		text = append(append(text, Run{Text: " "}), joined(Code, keys, ", ")...)
	}
	return text
}

// on lists the targets, in the order of the build.
func (s *statement) on(p *app.BuiltPart) (on []target.Target) {
	for _, profile := range p.Profiles {
		if slices.ContainsFunc(s.judged, func(j judged) bool { return slices.Contains(j.on, profile.Of) }) {
			on = append(on, profile.Of)
		}
	}
	return on
}

// conditions returns the notes: first those on all targets, then others with their targets.
func (s *statement) conditions() (all Text) {
	first := s.judged[0]
	common := first.notes
	for _, j := range s.judged {
		common = slices.DeleteFunc(slices.Clone(common), func(n intent.Note) bool { return j.subject != first.subject || !slices.Contains(j.notes, n) })
	}
	var declared, others []target.Target
	for _, j := range s.judged {
		if j.declared {
			declared = append(declared, j.on...)
		} else {
			others = append(others, j.on...)
		}
	}
	const once = "once the server sends the declaration"
	switch {
	case declared == nil:
	case others == nil:
		all = words(once)
	default:
		all = Text{styled(Faint, systems(declared, guidance.In(english))+": "), {Text: once}}
	}
	add := func(on, subject string, notes []intent.Note) {
		if len(notes) == 0 {
			return
		}
		if all != nil {
			all = append(all, Run{Text: "; "})
		}
		if on != "" {
			all = append(all, styled(Faint, on+": "))
		}
		all = append(all, notesText(subject, notes)...)
	}
	add("", first.subject, common)
	for _, j := range s.judged {
		own := slices.DeleteFunc(slices.Clone(j.notes), func(n intent.Note) bool { return slices.Contains(common, n) })
		if len(common) > 0 {
			j.subject = "" // is named already
		}
		add(systems(j.on, guidance.In(english)), j.subject, own)
	}
	return all
}

// compact leaves out the last column if nothing is in it, and leaves no cell of it empty.
func (t Table) compact() Table {
	last := len(t.Headers) - 1
	if slices.ContainsFunc(t.Rows, func(r Row) bool { return r.Cells[last] != nil }) {
		for _, r := range t.Rows {
			if r.Cells[last] == nil {
				r.Cells[last] = words("none")
			}
		}
		return t
	}
	t.Headers = t.Headers[:last]
	for i := range t.Rows {
		t.Rows[i].Cells = t.Rows[i].Cells[:last]
	}
	return t
}

// manualRows lists the intents left to people, and why.
func manualRows(p *app.BuiltPart) (rows []Row) {
	for _, name := range intent.All() {
		s := statement{}
		for _, profile := range p.Profiles {
			for _, o := range profile.Intents {
				if o.Intent != name || o.Class != intent.Manual {
					continue
				}
				notes := slices.DeleteFunc(slices.Clone(o.Notes), func(n intent.Note) bool { return n.Detail })
				if i := slices.IndexFunc(s.judged, func(j judged) bool { return slices.Equal(j.notes, notes) }); i >= 0 {
					s.judged[i].on = append(s.judged[i].on, profile.Of)
					continue
				}
				s.judged = append(s.judged, judged{on: []target.Target{profile.Of}, notes: notes})
			}
		}
		if s.judged != nil {
			rows = append(rows, Row{Cells: []Text{words(guidance.In(english).Text(string(name)) + ": left to people."), devicesText(s.on(p), len(p.Profiles)), s.conditions()}})
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
	return Text{styled(Strong, fmt.Sprintf("%d of %d", len(on), total)), {Text: ": "}, styled(Faint, systems(on, guidance.In(english)))}
}

// systems names targets by their way of install: iOS 26+, tvOS 26+ · MDM, supervised.
func systems(on []target.Target, l *guidance.Locale) string {
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
		all = append(all, [2]string{fmt.Sprintf("%s %s+", t.Platform, t.Version), l.Text("way." + string(t.Effective()))})
	}
	all = joinBy(all, ", ")
	for i := range all {
		all[i][0], all[i][1] = all[i][1], all[i][0]
	}
	var texts []string
	for _, one := range joinBy(all, " "+l.Text("or")+" ") {
		texts = append(texts, one[1]+" · "+one[0])
	}
	return strings.Join(texts, "; ")
}

// notesText joins notes on a subject, each with its evidence and a link to its source.
func notesText(subject string, notes []intent.Note) (all Text) {
	for i, n := range notes {
		switch {
		case i > 0:
			all = append(all, Run{Text: "; "})
		case subject != "":
			all = append(all, styled(Code, subject), Run{Text: " "})
		}
		all = append(all, withEvidence(words(n.Text), n.Evidence)...)
		if isAddress(n.Source) {
			all = append(all, Run{Text: " ("}, Run{Text: "source", URL: n.Source}, Run{Text: ")"})
		}
	}
	return all
}
