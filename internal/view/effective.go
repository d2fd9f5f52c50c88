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

// fates lists the copies of files, those with one identifier, and others that do not count as they are: files with the same to say
// of them stand together.
func (l *effectiveLayout) fates() []Block {
	type remark struct{ note, identifier, rule, next string }
	var order []remark
	files := map[remark][]effective.Source{}
	var list List
	var copies int
	for _, f := range l.device.Files {
		r := remark{f.Note, "", f.Rule, f.Next}
		switch {
		case f.CopyOf != "":
			if copies++; copies <= maxSources || l.all {
				list.Items = append(list.Items, Item{Text: Text{styled(Code, f.File), {Text: " has the same content as "}, styled(Code, f.CopyOf)}})
			}
			continue
		case f.Note == "":
			continue
		case f.Rule == merge.SameIdentifier().ID:
			r = remark{"of one identifier, so only the one that comes last stays", f.Kind + " " + f.Identifier, f.Rule, f.Next}
		}
		if files[r] == nil {
			order = append(order, r)
		}
		files[r] = append(files[r], effective.Source{File: f.File})
	}
	if more := copies - maxSources; more > 0 && !l.all {
		list.Items = append(list.Items, Item{Text: words(fmt.Sprintf("%d more have the content of another file", more))})
	}
	for _, r := range order {
		item := append(words(r.note), Run{Footnotes: l.rule(r.rule, "")}, Run{Text: ": "}, styled(Code, filesOf(files[r], l.all)))
		if r.identifier != "" {
			item = append(item, Run{Text: " (" + r.identifier + ")"})
		}
		if r.next != "" {
			item = append(item, Run{Text: "; " + r.next})
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
		if s.Class != "" && s.Class != intent.Enforced {
			title = append(title, Run{Text: " ("}, styled(Class, string(s.Class)), Run{Text: ")"})
		}
	}
	var places List
	places.Items = append(l.places(s.By, ""), l.places(s.Lost, "does not count")...)
	return Item{Text: title, Blocks: []Block{places}}
}

// places tells where values stand, an item for each value.
func (l *effectiveLayout) places(sources []effective.Source, verdict string) (items []Item) {
	type value struct{ shown, key string }
	var order []value
	byValue := map[value][]effective.Source{}
	for _, x := range sources {
		v := value{x.Shown, x.Key}
		if byValue[v] == nil {
			order = append(order, v)
		}
		byValue[v] = append(byValue[v], x)
	}
	for i, v := range order {
		if i == maxSources && len(order) > maxSources+1 && !l.all {
			return append(items, Item{Text: words(fmt.Sprintf("and %d more values", len(order)-i))})
		}
		items = append(items, Item{Text: l.place(byValue[v], verdict)})
	}
	return items
}

func settingName(s *effective.Setting) string {
	name := "the payload as a whole"
	switch {
	case s.Key != "":
		name = s.Key
	case s.Name != "":
		name = "payload " + text.Quote(s.Name)
	}
	if s.Scope != "" {
		name += ", for users"
	}
	return name
}

// place tells where one value stands: true in a.mobileconfig PayloadContent[0]; or in several files, without their payloads.
func (l *effectiveLayout) place(sources []effective.Source, verdict string) Text {
	x := sources[0]
	var t Text
	if x.Shown != "" {
		t = Text{styled(Strong, x.Shown), {Text: " in "}}
	}
	files := filesOf(sources, l.all)
	t = append(t, styled(Code, files))
	if x.Payload != "" && len(sources) == 1 {
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
		t.Rows = append(t.Rows, Row{Section: s.Type, Cells: []Text{{{Text: settingName(s), Style: Code}}, value, words(filesOf(s.By, l.all))}})
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
func filesOf(sources []effective.Source, all bool) string {
	var names []string
	for _, x := range sources {
		if !slices.Contains(names[max(0, len(names)-1):], x.File) {
			names = append(names, x.File)
		}
	}
	if more := len(names) - maxSources; more > 1 && !all {
		names = append(names[:maxSources:maxSources], fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// maxInert bounds the keys that are named together.
const maxInert = 12

// inert lists the keys without effect: a section for each type, an item for each reason.
func (l *effectiveLayout) inert() []Block {
	type reason struct{ payloadType, why string }
	var order []reason
	keys, sources := map[reason][]string{}, map[reason][]effective.Source{}
	for _, x := range l.device.Inert {
		r := reason{x.Type, x.Why}
		if keys[r] == nil {
			order = append(order, r)
		}
		name := cmp.Or(x.Key, "the payload as a whole")
		if len(keys[r]) == 0 || keys[r][len(keys[r])-1] != name { // they are sorted by key
			keys[r] = append(keys[r], name)
		}
		sources[r] = append(sources[r], x.Source)
	}
	var blocks []Block
	for i, r := range order {
		if i == 0 || order[i-1].payloadType != r.payloadType {
			blocks = append(blocks, Section{Title: Text{styled(Code, r.payloadType)}})
		}
		named := keys[r]
		if more := len(named) - maxInert; more > 1 && !l.all {
			named = append(slices.Clip(named[:maxInert]), fmt.Sprintf("%d more", more))
		}
		item := append(append(words(r.why+": "), joined(Code, named, ", ")...), Run{Text: ", in "}, styled(Code, filesOf(byFile(sources[r]), l.all)))
		section := blocks[len(blocks)-1].(Section)
		var list List
		if len(section.Blocks) > 0 {
			list = section.Blocks[0].(List)
		}
		list.Items = append(list.Items, Item{Text: item})
		section.Blocks = []Block{list}
		blocks[len(blocks)-1] = section
	}
	return blocks
}

// byFile sorts sources by their files.
func byFile(sources []effective.Source) []effective.Source {
	slices.SortStableFunc(sources, func(a, b effective.Source) int { return cmp.Compare(a.File, b.File) })
	return sources
}
