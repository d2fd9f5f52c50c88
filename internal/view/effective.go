package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/effective"
	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/merge"
	"syncguard/internal/text"
)

// maxUncontested is the number of settings of one file each that are shown without being asked for.
const maxUncontested = 40

// maxSources bounds the places shown at one setting.
const maxSources = 4

// Effective lays out what devices end up with: what nobody can tell first, then what a rule decided, then the rest. all shows every
// setting, however many.
func Effective(r *app.Effective, all bool) []Block {
	var blocks []Block
	for i, d := range r.Devices {
		l := effectiveLayout{device: d, all: all, rules: r.Rules}
		blocks = append(blocks, Section{ID: fmt.Sprintf("device-%d", i+1), Title: l.title(), Blocks: l.blocks()})
	}
	return blocks
}

// EffectivePage returns Effective as a page of its own.
func EffectivePage(r *app.Effective, all bool) *Page {
	return &Page{Title: "What one device ends up with", Blocks: Effective(r, all)}
}

// effectiveLayout lays out one device.
type effectiveLayout struct {
	device *effective.Device
	all    bool
	rules  []merge.Rule
	notes  numbering
}

func (l *effectiveLayout) title() Text {
	d := l.device
	files := text.Count(len(d.Files), "file")
	parts := []string{text.Count(len(d.Settings), "setting") + " of " + files}
	for _, n := range []struct {
		count int
		word  string
	}{{d.Undefined, "undefined"}, {d.Combined, "combined"}, {len(d.Inert), "without effect"}} {
		if n.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n.count, n.word))
		}
	}
	return Text{styled(Strong, d.Target.String()), {Text: ": " + strings.Join(parts, ", ")}}
}

func (l *effectiveLayout) blocks() []Block {
	var blocks []Block
	add := func(title string, inner ...Block) {
		if len(inner) > 0 {
			blocks = append(blocks, Section{Title: words(title), Blocks: inner})
		}
	}
	add("Files that do not count as they are", l.fates()...)
	add("Undefined: the files do not tell which value counts", l.contested(effective.Undefined)...)
	add("Combined", l.contested(effective.Combined)...)
	add("Set without contradiction", l.uncontested()...)
	add("Without effect on this device", l.inert()...)
	if len(l.notes) > 0 {
		blocks = append(blocks, l.notes.footnotes(""))
	}
	return blocks
}

// fates lists the copies of files, and those that stay only in part.
func (l *effectiveLayout) fates() []Block {
	var list List
	for _, f := range l.device.Files {
		item := Text{styled(Code, f.File)}
		switch {
		case f.CopyOf != "":
			item = append(item, Run{Text: " has the same content as "}, styled(Code, f.CopyOf))
		case f.Note != "":
			item = append(item, Run{Text: " " + f.Note, Footnotes: l.rule(f.Rule, "")})
			item = withNext(item, f.Next)
		default:
			continue
		}
		list.Items = append(list.Items, Item{Text: item})
	}
	return nonEmpty(list)
}

func nonEmpty(list List) []Block {
	if len(list.Items) == 0 {
		return nil
	}
	return []Block{list}
}

func withNext(t Text, next string) Text {
	if next == "" {
		return t
	}
	return append(t, Run{Text: ": " + next})
}

// rule returns the number of a rule's footnote.
func (l *effectiveLayout) rule(id string, e fact.Evidence) []int {
	at := slices.IndexFunc(l.rules, func(r merge.Rule) bool { return r.ID == id })
	if at < 0 {
		return nil
	}
	r := &l.rules[at]
	said := r.Does
	if r.Caution != "" {
		said += "; " + r.Caution
	}
	evidence := cmp.Or(e, r.Evidence)
	if evidence != r.Evidence {
		said += "; that it does so with this key is concluded"
	}
	return l.notes.numbers([]intent.Note{{Text: said, Evidence: evidence, Source: r.Source}})
}

// contested lists the settings of a status, a list for each type.
func (l *effectiveLayout) contested(status effective.Status) []Block {
	var blocks []Block
	var list List
	var of string
	flush := func() {
		if len(list.Items) > 0 {
			blocks = append(blocks, Section{Title: Text{styled(Code, of)}, Blocks: []Block{list}})
		}
		list = List{}
	}
	for i := range l.device.Settings {
		s := &l.device.Settings[i]
		if s.Status != status {
			continue
		}
		if s.Type != of {
			flush()
			of = s.Type
		}
		list.Items = append(list.Items, l.contest(s))
	}
	flush()
	return blocks
}

// contest tells of one setting with several values.
func (l *effectiveLayout) contest(s *effective.Setting) Item {
	title := Text{styled(Code, settingName(s))}
	footnotes := l.rule(s.Rule, s.Evidence)
	if s.Status == effective.Undefined {
		title = withNext(append(title, Run{Text: " is undefined", Footnotes: footnotes}), s.Next)
	} else {
		title = append(title, Run{Text: " = "}, Run{Text: s.Shown, Style: Strong, Footnotes: footnotes})
		if s.Scope != "" {
			title = append(title, Run{Text: " for its users"})
		}
		if s.Class != "" && s.Class != intent.Enforced {
			title = append(title, Run{Text: " ("}, styled(Class, string(s.Class)), Run{Text: ")"})
		}
	}
	var places List
	list := func(sources []effective.Source, verdict string) {
		for i, x := range sources {
			if i == maxSources && len(sources) > maxSources+1 && !l.all {
				places.Items = append(places.Items, Item{Text: words(fmt.Sprintf("and %d more", len(sources)-i))})
				break
			}
			places.Items = append(places.Items, Item{Text: sourceText(x, verdict)})
		}
	}
	list(s.By, "")
	list(s.Lost, "does not count")
	return Item{Text: title, Blocks: []Block{places}}
}

func settingName(s *effective.Setting) string {
	switch {
	case s.Key != "":
		return s.Key
	case s.Name != "":
		return "payload " + text.Quote(s.Name)
	}
	return "the payload as a whole"
}

// sourceText tells where a value stands: true in a.mobileconfig, PayloadContent[0].
func sourceText(x effective.Source, verdict string) Text {
	var t Text
	if x.Shown != "" {
		t = Text{styled(Strong, x.Shown), {Text: " in "}}
	}
	t = append(t, styled(Code, x.File))
	if x.Payload != "" {
		t = append(t, styled(Faint, " "+x.Payload))
	}
	if x.Key != "" {
		t = append(t, Run{Text: " as "}, styled(Code, x.Key))
	}
	if verdict != "" {
		t = append(t, styled(Faint, ", "+verdict))
	}
	return t
}

// uncontested lists the settings with one value. Very many are counted by type, unless all are wanted.
func (l *effectiveLayout) uncontested() []Block {
	var settings []*effective.Setting
	for i := range l.device.Settings {
		if s := &l.device.Settings[i]; s.Status == effective.Alone || s.Status == effective.Agreed {
			settings = append(settings, s)
		}
	}
	if len(settings) == 0 {
		return nil
	}
	if len(settings) > maxUncontested && !l.all {
		return []Block{countTable(settings)}
	}
	t := Table{Headers: []string{"setting", "value", "set by"}, Labels: 1, Sections: "payload or declaration"}
	for _, s := range settings {
		value := Text{{Text: s.Shown}}
		if s.Class != "" && s.Class != intent.Enforced {
			value = append(value, Run{Text: " ("}, styled(Class, string(s.Class)), Run{Text: ")"})
		}
		t.Rows = append(t.Rows, Row{Section: s.Type, Cells: []Text{{{Text: settingName(s), Style: Code}}, value, filesOf(s.By)}})
	}
	return []Block{t}
}

// countTable counts settings by type.
func countTable(settings []*effective.Setting) Table {
	t := Table{Headers: []string{"payload or declaration", "settings"}, Labels: 1, Below: "add --all to see each of them"}
	for len(settings) > 0 {
		n := 1
		for n < len(settings) && settings[n].Type == settings[0].Type {
			n++
		}
		t.Rows = append(t.Rows, Row{Cells: []Text{{styled(Code, settings[0].Type)}, words(fmt.Sprint(n))}})
		settings = settings[n:]
	}
	return t
}

// filesOf names the files of sources, each once.
func filesOf(sources []effective.Source) Text {
	var names []string
	for _, x := range sources {
		if !slices.Contains(names[max(0, len(names)-1):], x.File) {
			names = append(names, x.File)
		}
	}
	if more := len(names) - maxSources; more > 1 {
		names = append(names[:maxSources:maxSources], fmt.Sprintf("%d more", more))
	}
	return words(strings.Join(names, ", "))
}

// inert lists the keys without effect.
func (l *effectiveLayout) inert() []Block {
	if len(l.device.Inert) == 0 {
		return nil
	}
	t := Table{Headers: []string{"setting", "it", "in"}, Labels: 1, Sections: "payload or declaration"}
	for i, x := range l.device.Inert {
		if i == maxUncontested && !l.all {
			t.Below = fmt.Sprintf("and %d more: add --all to see them", len(l.device.Inert)-i)
			break
		}
		key := x.Key
		if key == "" {
			key = "the payload as a whole"
		}
		t.Rows = append(t.Rows, Row{Section: x.Type, Cells: []Text{{styled(Code, key)}, words(x.Why), words(x.Source.File)}})
	}
	return []Block{t}
}
