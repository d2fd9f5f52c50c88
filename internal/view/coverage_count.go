package view

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/coverage"
	"syncguard/internal/coverage/census"
	"syncguard/internal/intent"
	"syncguard/internal/text"
)

// The most lines of a list that may be long.
const (
	fewKinds  = 8
	fewGroups = 20
	fewNames  = 6
	few       = 12 // steps and reasons, where there is little room
)

// unstated is the footnote on numbers that do not rest on Apple's word alone.
const unstated = "not on Apple's word alone: see Why"

// CoverageCounts lays out the counts of an inventory: what was understood, the counts, what would do more, and why. In brief, it
// leaves out the least of long lists.
func CoverageCounts(c *app.CoverageCounts, brief bool) []Block {
	blocks := []Block{understoodBlock(c)}
	if c.Counted == 0 {
		return blocks
	}
	blocks = append(blocks, countCharts(c)...)
	most := len(c.Subjects) + len(c.Steps)
	if brief {
		most = few
	}
	if c.Groups != nil {
		blocks = append(blocks, groupSections(c, most)...)
	}
	blocks = append(blocks, stepSection(c, most)...)
	blocks = append(blocks, reasonSection(c, most)...)
	if b := legend(c); len(b) > 0 {
		blocks = append(blocks, b)
	}
	return blocks
}

// CountsPage returns CoverageCounts as a page of its own.
func CountsPage(c *app.CoverageCounts) *Page {
	blocks := CoverageCounts(c, false)
	if s, ok := blocks[0].(Section); ok {
		s.Title = words("The devices")
		blocks[0] = s
	}
	return &Page{Title: "What each setting really does on your devices", Lead: words(countedText(c)), Blocks: blocks,
		Foot: "Made by syncguard. Nothing here was tested on Apple devices. Claims beyond Apple's schemas and documentation are marked."}
}

// devicesSection tells what a build does on the devices of an inventory, for whoever decides.
func devicesSection(c *app.CoverageCounts, id string) Section {
	s := Section{Title: words("Your devices"), ID: id + "-inventory", Nav: "Your devices", Blocks: []Block{Paragraph{Text: words(countedText(c))}}}
	if c.Counted > 0 {
		s.Blocks = append(s.Blocks, kindTable(c))
	}
	if c.Counted == c.Unserved {
		return s
	}
	if c.Unserved > 0 {
		s.Blocks = append(s.Blocks, Paragraph{Text: words("On the other " + text.Counted(c.Counted-c.Unserved, "device") + ":")})
	}
	if len(c.Subjects) > 0 {
		s.Blocks = append(s.Blocks, countChart(c.Subjects)...)
	}
	for _, b := range stepSection(c, few) {
		if steps, ok := b.(Section); ok {
			steps.ID = ""
			b = steps
		}
		s.Blocks = append(s.Blocks, b)
	}
	return s
}

func countedText(c *app.CoverageCounts) string {
	said := text.Counted(c.Devices, "device") + " in " + c.Inventory
	if rest := c.Devices - c.Counted; rest > 0 {
		said += fmt.Sprintf(": %s counted, %s %s too little", text.Number(c.Counted), text.Number(rest), agree(rest, "says", "say"))
	}
	return said + "."
}

func agree(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// understoodBlock tells what was read, and the devices that say too little.
func understoodBlock(c *app.CoverageCounts) Block {
	s := Section{Title: Text{styled(Strong, countedText(c))}, ID: "devices"}
	var list List
	lines := c.Understood.Lines()
	if c.Understood.Assumed > 0 {
		lines = append(lines, "completed by --assume: "+text.Counted(c.Understood.Assumed, "device"))
	}
	for _, line := range lines {
		list.Items = append(list.Items, Item{Text: Text{styled(Faint, line)}})
	}
	if list.Items != nil {
		s.Blocks = append(s.Blocks, list)
	}
	if c.Counted > 0 {
		s.Blocks = append(s.Blocks, kindTable(c))
	}
	if len(c.Incomplete) > 0 {
		s.Blocks = append(s.Blocks, incompleteSection(c))
	}
	return s
}

// kindTable lists the kinds of devices, the most frequent first.
func kindTable(c *app.CoverageCounts) Block {
	t := Table{Headers: []string{"devices", "OS", "installed"}, Labels: 1}
	if c.Unserved > 0 {
		t.Headers = append(t.Headers, "of no target")
	}
	width := len("devices")
	rest := c.MoreKinds
	for i, k := range c.Kinds {
		if i >= fewKinds {
			rest += k.Devices
			continue
		}
		row := Row{Cells: []Text{numberCell(k.Devices, width), words(fmt.Sprintf("%s %d", k.Target.Platform, k.Target.Version.Major)), words(k.Target.Enrollment.Describe())}}
		if c.Unserved > 0 {
			row.Cells = append(row.Cells, numberCell(k.Unserved, len("of no target")))
		}
		t.Rows = append(t.Rows, row)
	}
	var below []string
	if rest > 0 {
		below = append(below, fmt.Sprintf("And %s of other kinds", text.Counted(rest, "device")))
	}
	if c.Unserved > 0 {
		var targets []string
		for _, w := range c.Wanted[:min(len(c.Wanted), 3)] {
			targets = append(targets, fmt.Sprintf("%s (%s)", w.Target, text.Number(w.Devices)))
		}
		below = append(below, fmt.Sprintf("%s %s of no target of the template, and %s none of its profiles; a target for them: %s%s", text.Counted(c.Unserved, "device"),
			agree(c.Unserved, "is", "are"), agree(c.Unserved, "gets", "get"), strings.Join(targets, ", "), textIf(len(c.Wanted) > 3, " …")))
	}
	if t.Below = strings.Join(below, ". "); t.Below != "" {
		t.Below += "."
	}
	return t
}

// incompleteSection tells the devices that were not counted, and what to do about them.
func incompleteSection(c *app.CoverageCounts) Section {
	var list List
	for _, i := range c.Incomplete {
		because := i.First[0].Because
		var rows []string
		for _, r := range i.First {
			if rows = append(rows, text.Number(r.Row)); r.Because != because {
				because = ""
			}
		}
		said := text.Counted(i.Devices, "device") + ": " + i.Meaning
		if because != "" {
			said += " (" + because + ")"
		}
		where := agree(len(rows), "row ", "rows ") + strings.Join(rows, ", ")
		if more := i.Devices - len(rows); more > 0 {
			where += " and " + text.Number(more) + " more"
		}
		below := List{Items: []Item{{Text: Text{styled(Faint, where)}}}}
		if i.Help != "" {
			below.Items = append(below.Items, Item{Text: words(i.Help)})
		}
		list.Items = append(list.Items, Item{Text: words(said), Blocks: []Block{below}})
	}
	return Section{Title: words("Not counted, because their rows say too little"), ID: "incomplete", Blocks: []Block{list}}
}

// used returns the classes with devices.
func used(of func(intent.Class) int) []intent.Class {
	return slices.DeleteFunc(census.Effects(), func(c intent.Class) bool { return of(c) == 0 })
}

func numbersOf(c census.Counts, classes []intent.Class) (numbers []int) {
	for _, class := range classes {
		numbers = append(numbers, c.Of(class))
	}
	return numbers
}

// countCharts returns a chart for each file.
func countCharts(c *app.CoverageCounts) (blocks []Block) {
	if len(c.Subjects) == 0 {
		return []Block{Paragraph{Text: words("There is no setting to count.")}}
	}
	for start := 0; start < len(c.Subjects); {
		end := start
		for end < len(c.Subjects) && c.Subjects[end].File == c.Subjects[start].File {
			end++
		}
		of := c.Subjects[start:end]
		title := words("Devices by effect" + textIf(c.Unserved > 0, ", if each gets a profile made for it"))
		if file := of[0].File; file != "" {
			title = words(file)
		}
		blocks = append(blocks, Section{Title: title, ID: fmt.Sprintf("counts-%d", start+1), Blocks: countChart(of)})
		start = end
	}
	return blocks
}

// countChart returns the chart of some settings, with its footnote.
func countChart(all []census.Subject) []Block {
	chart := Chart{Header: "setting", Classes: used(func(class intent.Class) (n int) {
		for _, s := range all {
			n += s.Of(class)
		}
		return n
	})}
	marked := false
	for i := range all {
		s := &all[i]
		row := ChartRow{Label: settingText(s), Numbers: numbersOf(s.Counts, chart.Classes)}
		for _, class := range chart.Classes {
			mark := intent.Stronger(class, intent.Manual) && class != coverage.Missing && slices.ContainsFunc(s.Reasons, func(r census.Reason) bool { return r.Class == class && !r.Verified })
			row.Marks, marked = append(row.Marks, mark), marked || mark
		}
		chart.Rows = append(chart.Rows, row)
	}
	if !marked {
		return []Block{chart}
	}
	return []Block{chart, Footnotes{All: []Footnote{{Text: words(unstated)}}}}
}

// settingText names an intent or key.
func settingText(s *census.Subject) Text {
	if s.IsKey {
		return Text{styled(Code, s.Title)}
	}
	return words(s.Title)
}

// groupSections returns a chart of groups for the settings that differ between them, one for those with the same numbers.
func groupSections(c *app.CoverageCounts, most int) (blocks []Block) {
	if len(c.Groups) == 1 && c.Groups[0].Name == "" {
		return []Block{Paragraph{Text: words("No device of the list has a " + string(c.By) + ".")}}
	}
	type charted struct {
		names []Text
		chart Chart
	}
	var all []*charted
	at := map[string]*charted{}
	same := 0
	for i := range c.Subjects {
		chart, uniform := groupChart(c, i)
		if uniform {
			same++
			continue
		}
		key := fmt.Sprint(chart)
		if at[key] == nil {
			at[key] = &charted{chart: chart}
			all = append(all, at[key])
		}
		at[key].names = append(at[key].names, settingText(&c.Subjects[i]))
	}
	for i, of := range all[:min(len(all), most)] {
		title := append(nameList(of.names), Run{Text: " by " + string(c.By)})
		blocks = append(blocks, Section{Title: title, ID: fmt.Sprintf("by-%d", i+1), Blocks: []Block{of.chart}})
	}
	var below []string
	if more := len(all) - most; more > 0 {
		below = append(below, "And "+text.Counted(more, "more chart")+": --format csv has the numbers.")
	}
	if same > 0 {
		below = append(below, text.Counted(same, "setting")+agree(same, " has", " have")+" the same effect on every device.")
	}
	if below != nil {
		blocks = append(blocks, Paragraph{Text: words(strings.Join(below, " "))})
	}
	return blocks
}

// groupChart returns the first groups with the numbers of one setting, and whether it is the same in all of them.
func groupChart(c *app.CoverageCounts, i int) (chart Chart, uniform bool) {
	s := &c.Subjects[i]
	chart = Chart{Header: string(c.By), Classes: used(s.Of)}
	for _, g := range c.Groups[:min(len(c.Groups), fewGroups)] {
		chart.Rows = append(chart.Rows, ChartRow{Label: groupName(g.Name), Numbers: numbersOf(g.Subjects[i].Counts, chart.Classes)})
	}
	if more := len(c.Groups) - fewGroups + c.MoreGroups; more > 0 {
		chart.Below = fmt.Sprintf("and %s more: --format csv has them.", text.Number(more))
		if c.MoreGroups > 0 {
			chart.Below = fmt.Sprintf("and %s more; --format csv has the first %s.", text.Number(more), text.Number(len(c.Groups)))
		}
	}
	return chart, len(chart.Classes) == 1
}

func groupName(name string) Text {
	if name == "" {
		return Text{styled(Faint, "(none)")}
	}
	return words(name)
}

// nameList names settings, the first few of many.
func nameList(names []Text) (all Text) {
	for i, name := range names {
		if i == fewNames && len(names) > fewNames+1 {
			return append(all, Run{Text: fmt.Sprintf(" and %d more", len(names)-i)})
		}
		if i > 0 {
			all = append(all, Run{Text: ", "})
		}
		all = append(all, name...)
	}
	return all
}

// stepSection tells what would do more, each step with the settings that do.
func stepSection(c *app.CoverageCounts, most int) []Block {
	if len(c.Steps) == 0 {
		return nil
	}
	t := Table{Headers: []string{"settings", "devices", "then"}, Labels: 1, Sections: "step", Grouped: true, Stacks: true}
	upgrade, again := false, false
	for _, step := range c.Steps[:min(len(c.Steps), most)] {
		type then struct {
			devices int
			class   intent.Class
		}
		var order []then
		names := map[then][]Text{}
		for i := range c.Subjects {
			s := &c.Subjects[i]
			for _, x := range s.Raises {
				if x.Step != step.Step {
					continue
				}
				of := then{x.Devices, x.Class}
				if names[of] == nil {
					order = append(order, of)
				}
				names[of] = append(names[of], settingText(s))
				again = again || x.Again
			}
		}
		upgrade = upgrade || step.IsUpgrade()
		section := stepText(step.Step) + ": " + text.Counted(step.Devices, "device")
		for _, of := range order {
			t.Rows = append(t.Rows, Row{Section: section, Cells: []Text{nameList(names[of]), numberCell(of.devices, len("devices")), classText(of.class)}})
		}
	}
	var notes []string
	if more := len(c.Steps) - most; more > 0 {
		notes = append(notes, "And "+text.Counted(more, "more step")+", each for fewer devices: --format html or json has them.")
	}
	if upgrade {
		notes = append(notes, "An inventory does not tell which versions a model can run.")
	}
	if again {
		notes = append(notes, "After an upgrade, deliver the profile again: a device does not read keys anew that it passed over (community).")
	}
	t.Below = strings.Join(notes, " ")
	return []Block{Section{Title: words("What would do more"), ID: "steps", Blocks: []Block{t}}}
}

// stepText tells a step in a few words.
func stepText(s census.Step) string {
	said := map[census.Way]string{
		census.Supervise:           "After supervision",
		census.Enroll:              "Installed by MDM",
		census.EnrollSupervised:    "Installed by MDM, after supervision",
		census.DeviceEnroll:        "With Device Enrollment in place of User Enrollment",
		census.DeviceEnrollAndMore: "After supervision, in place of User Enrollment",
		census.OneUser:             "Supervised, but not as Shared iPad",
	}[s.Way]
	version := fmt.Sprintf("%s %s", s.Platform, s.Version)
	switch {
	case !s.IsUpgrade():
		return said
	case said == "":
		return "From " + version + " on"
	}
	return said + ", from " + version + " on"
}

// reasoned is settings of which the same is to be told.
type reasoned struct {
	names []Text
	list  List
	weak  int // devices on which they are not enforced
}

// reasonSection tells why, first for the settings enforced on the fewest devices.
func reasonSection(c *app.CoverageCounts, most int) []Block {
	var all []*reasoned
	at := map[string]*reasoned{}
	for i := range c.Subjects {
		s := &c.Subjects[i]
		r := &reasoned{weak: c.Counted - s.Enforced}
		for _, why := range s.Reasons {
			if why.Condition != "" {
				r.list.Items = append(r.list.Items, Item{Text: Text{styled(Strong, text.Number(why.Devices)), {Text: " " + headingOf(why.Class) + ": " + labels(why.Notes)}}})
			}
		}
		if r.list.Items == nil {
			continue
		}
		key := fmt.Sprint(r.list)
		if at[key] == nil {
			at[key] = r
			all = append(all, r)
		}
		at[key].names = append(at[key].names, settingText(s))
	}
	if all == nil {
		return nil
	}
	var list List
	if len(all) > most {
		slices.SortStableFunc(all, func(a, b *reasoned) int { return b.weak - a.weak })
	}
	for _, r := range all[:min(len(all), most)] {
		list.Items = append(list.Items, Item{Text: nameList(r.names), Blocks: []Block{r.list}})
	}
	section := Section{Title: words("Why"), ID: "reasons", Blocks: []Block{list}}
	if more := len(all) - most; more > 0 {
		section.Blocks = append(section.Blocks, Paragraph{Text: words(fmt.Sprintf("And %d more: --format html or json has them.", more))})
	}
	return []Block{section}
}

// labels joins notes, each with its evidence.
func labels(notes []intent.Note) string {
	var all []string
	for _, n := range notes {
		all = append(all, n.Label())
	}
	return strings.Join(all, "; ")
}

// legend explains the classes in use.
func legend(c *app.CoverageCounts) (all Terms) {
	isKey := slices.ContainsFunc(c.Subjects, func(s census.Subject) bool { return s.IsKey })
	for _, class := range census.Effects() {
		if !slices.ContainsFunc(c.Subjects, func(s census.Subject) bool { return s.Of(class) > 0 }) {
			continue
		}
		meaning := class.Meaning()
		switch {
		case class == coverage.Missing:
			meaning = "the platform or its version has no such key"
		case class == intent.None && isKey:
			meaning = "the version has the key, and it has no effect there"
		}
		all = append(all, Term{Text{{Text: headingOf(class)}}, []Text{words(meaning)}})
	}
	return all
}
