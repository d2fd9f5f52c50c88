package view

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/intent"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// Build writes what a build made: how many files, for whom each is, the class of each intent there, and what to do next. With
// byHand it also lists the settings left for people. The given templates return in the commands to type next.
func (p *Printer) Build(b *app.BuildResult, byHand bool, templates []string) {
	p.hang("", buildTitle(b), p.screen())
	p.Line("")
	var notes numbering
	p.table(p.buildTable(b, &notes))
	p.classLegend(b)
	if len(notes) > 0 {
		p.Line("")
		p.block(notes.footnotes(""))
	}
	if b.Others > 0 {
		p.Line("")
		p.lines("", yellow.Render(fmt.Sprintf("%s in %s, not from this build", text.Count(b.Others, "other profile"), folderName(b.Output))))
	}
	p.Line("")
	if byHand {
		p.byHand(b)
	}
	p.afterBuild(b, byHand, templates)
}

// BuildWarnings writes findings that stop nothing, the same of many templates once.
func (p *Printer) BuildWarnings(all []diag.Diagnostic) {
	var seen repeats
	if len(all) > 0 {
		p.Findings(p.withoutRepeats(all, &seen, anyFinding))
		p.Line("")
		p.repeatedBefore(&seen)
	}
}

// BuildFailed writes why nothing was built, the errors last.
func (p *Printer) BuildFailed(b *app.BuildResult) {
	p.BuildWarnings(noErrors(b.Findings))
	p.Findings(AtLeast(b.Findings, diag.Error))
	p.Line("")
	p.Line("%s; nothing was written", Tally(b.Findings))
	p.Hint(afterErrors(b.Findings))
}

func hasOutcome(b *app.BuildResult, is func(intent.Outcome) bool) bool {
	return slices.ContainsFunc(b.Profiles, func(p *app.BuiltProfile) bool { return slices.ContainsFunc(p.Intents, is) })
}

// buildTable returns a row for each profile, with a column for each intent asked for. On a narrow screen the file's name and
// its OS are a line of their own. Notes are about the choices of the user alone: coverage has the others.
func (p *Printer) buildTable(b *app.BuildResult, notes *numbering) Table {
	var intents []intent.ID
	for _, id := range intent.All() {
		if hasOutcome(b, func(o intent.Outcome) bool { return o.Intent == id }) {
			intents = append(intents, id)
		}
	}
	columns := [][]string{{"for", "file", "OS"}, {"for"}}
	if intents == nil {
		columns = slices.Insert(columns, 1, []string{"for", "file"})
	}
	var t Table
	for _, labels := range columns {
		if t = profileTable(b, labels, intents, notes); t.isWhole(p.screen()) {
			break
		}
	}
	return t
}

func profileTable(b *app.BuildResult, labels []string, intents []intent.ID, notes *numbering) Table {
	t := Table{Headers: labels, Labels: 1, Whole: true}
	for _, id := range intents {
		t.Headers = append(t.Headers, id.Title())
	}
	if len(b.Profiles) > len(b.Parts) && len(b.Parts) > 1 {
		t.Sections = "template"
	}
	for _, part := range b.Parts {
		for _, profile := range part.Profiles {
			file, versions := builtFile(profile), styled(Faint, versionsOf(profile.Of))
			row := Row{Section: part.Template, Cells: []Text{words(audience(profile.Of)), {file}, {versions}}[:len(labels)]}
			if len(labels) == 1 {
				versions.Text = string(profile.Of.Platform) + " " + versions.Text
				row.Under = []Text{{file}, {versions}}
			}
			for _, id := range intents {
				cell := Text{styled(Faint, "off")}
				if i := slices.IndexFunc(profile.Intents, func(o intent.Outcome) bool { return o.Intent == id }); i >= 0 {
					chosen := slices.DeleteFunc(slices.Clone(profile.Intents[i].Notes), func(n intent.Note) bool { return !n.Chosen })
					cell = classCell(profile.Intents[i].Class, notes.numbers(chosen))
				}
				row.Cells = append(row.Cells, cell)
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

func builtFile(p *app.BuiltProfile) Run {
	switch {
	case p.File != "":
		return Run{Text: p.File}
	case len(p.Declarations) > 0:
		return Run{Text: "declarations only"}
	}
	return styled(Faint, "nothing to set")
}

// audience names the devices of a target, and the way that a profile gets there.
func audience(t target.Target) string {
	one := map[target.Platform]string{target.IOS: "an iPhone or iPad", target.IPadOS: "an iPad", target.MacOS: "a Mac",
		target.TvOS: "an Apple TV", target.VisionOS: "a Vision Pro", target.WatchOS: "an Apple Watch"}[t.Platform]
	many := map[target.Platform]string{target.IOS: "iPhones and iPads", target.IPadOS: "iPads", target.MacOS: "Macs",
		target.TvOS: "Apple TVs", target.VisionOS: "Vision Pros", target.WatchOS: "Apple Watches"}[t.Platform]
	switch t.Enrollment {
	case target.User:
		return many + " in User Enrollment"
	case target.SharedIPad:
		return "Shared iPads"
	}
	if t.Enrollment.IsMDM() {
		return many + " under MDM"
	}
	return one + ", by hand"
}

// versionsOf names the OS versions of a target, and the supervision of its devices unless its audience tells.
func versionsOf(t target.Target) string {
	versions := t.Version.String() + "+"
	switch t.Effective() {
	case target.Supervised, target.ManualSupervised:
		return versions + ", supervised"
	case target.Device:
		return versions + ", unsupervised"
	case target.Manual, target.User, target.SharedIPad:
	}
	return versions
}

func buildTitle(b *app.BuildResult) string {
	written, declared := fileCounts(b.Profiles)
	var counts []string
	if written > 0 || declared == 0 {
		counts = append(counts, text.Count(written, "profile"))
	}
	if declared > 0 {
		counts = append(counts, text.Count(declared, "declaration"))
	}
	if n := len(b.Parts); n > 1 {
		counts[0] += " of " + text.Count(n, "template")
	}
	title := bold.Render(strings.Join(append(counts, b.Reports...), ", ")) + " in " + bold.Render(folderName(b.Output))
	switch s := b.Signer; {
	case written == 0:
		return title
	case s == nil:
		return title + ", " + yellow.Render("not signed")
	case s.Development:
		return title + ", self-signed " + yellow.Render(`(devices show "Not Verified")`)
	default:
		return title + ", signed by " + bold.Render(Clean(s.Name))
	}
}

// classLegend explains the classes of a build in a line or two.
func (p *Printer) classLegend(b *app.BuildResult) {
	var all []string
	for _, c := range intent.Classes() {
		if hasOutcome(b, func(o intent.Outcome) bool { return o.Class == c }) {
			all = append(all, classStyle(string(c)).Render(c.Label()+":")+" "+faint.Render(c.Brief()))
		}
	}
	if len(all) > 0 {
		p.Line("")
		p.packed(gap, "   ", all)
	}
}

// size returns a number of bytes as a person writes it: 3.1 kB.
func size(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1_000_000)
}

func classStyle(class string) lipgloss.Style {
	switch intent.Class(class) {
	case intent.Enforced:
		return green
	case intent.Locked:
		return cyan
	case intent.Preset:
		return blue
	case intent.Manual:
		return yellow
	}
	return faint
}

func superscript(n int) string {
	digits := []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
	var b strings.Builder
	for _, d := range fmt.Sprint(n) {
		b.WriteRune(digits[d-'0'])
	}
	return b.String()
}

// byHand lists the settings out of any profile's reach, by platform.
func (p *Printer) byHand(b *app.BuildResult) {
	p.Line("By hand, since no profile can (names may differ between versions):")
	seen := map[string]bool{}
	for _, profile := range b.Profiles {
		for _, i := range profile.Intents {
			if i.Class != intent.Manual && i.Class != intent.Locked {
				continue
			}
			for _, s := range i.Settings {
				label := fmt.Sprintf("  %-9s %-12s ", profile.Of.Platform, i.Intent.Title())
				setting := withEvidence(words(s.String()), s.Evidence)
				if line := label + setting.plain(); !seen[line] {
					seen[line] = true
					p.labeled(label, setting)
				}
			}
		}
	}
	p.Line("")
}

// afterBuild writes the next steps: for one device, for a fleet, and where to read more.
func (p *Printer) afterBuild(b *app.BuildResult, byHand bool, templates []string) {
	var steps []string
	add := func(label, command string) { steps = append(steps, faint.Render(label+":")+" "+Clean(command)) }
	template := ""
	if len(templates) == 1 {
		template = text.WithFile(" FILE", templates[0])
	} else if len(templates) > 1 {
		template = " TEMPLATE"
	}
	device, file := forOneDevice(b)
	if file != "" {
		add(device, text.WithFile("syncguard serve --lan FILE", filepath.Join(b.Output, file)))
	}
	isBuiltIn := !slices.ContainsFunc(b.Parts, func(part *app.BuiltPart) bool { return !part.BuiltIn })
	forMDM := slices.ContainsFunc(b.Profiles, func(p *app.BuiltProfile) bool { return p.Of.Enrollment.IsMDM() })
	switch {
	case forMDM && isBuiltIn:
		add("a fleet", "syncguard init")
	case forMDM:
		add("a fleet", text.WithFile("syncguard push SERVER FILE", b.Output))
	}
	if hasOutcome(b, func(intent.Outcome) bool { return true }) {
		add("why", "syncguard coverage"+template)
	}
	if !byHand && hasOutcome(b, func(o intent.Outcome) bool { return len(o.Settings) > 0 }) {
		add("what people must do", "syncguard build"+template+" --by-hand")
	}
	p.packed(bold.Render("next")+gap, "   ", steps)
	if _, declared := fileCounts(b.Profiles); declared > 0 && (file == "" || !isBuiltIn) {
		p.below("upload each NAME.json to the MDM server with its profile, and NAME.activation.json unless the server creates activations")
	}
}

// forOneDevice returns a profile that a person can install from a page, for a phone before others.
func forOneDevice(b *app.BuildResult) (device, file string) {
	for _, one := range []struct {
		platform target.Platform
		device   string
	}{{target.IOS, "one iPhone"}, {target.IPadOS, "one iPad"}, {target.VisionOS, "one Vision Pro"}, {target.MacOS, "one Mac"}} { // only these: they have a browser
		for _, p := range b.Profiles {
			if p.File != "" && p.Of.Platform == one.platform && !p.Of.Enrollment.IsMDM() {
				return one.device, p.File
			}
		}
	}
	return "", ""
}

// fileCounts counts the profiles and declarations with files of their own.
func fileCounts(all []*app.BuiltProfile) (profiles, declarations int) {
	for _, p := range all {
		if p.File != "" {
			profiles++
		}
		for _, d := range p.Declarations {
			if d.File != "" {
				declarations++
			}
		}
	}
	return profiles, declarations
}

// labeledFaint writes faint text behind a label. On a terminal it breaks wider text between words, further lines under the first.
func (p *Printer) labeledFaint(label, text string) {
	p.hang(label, faint.Render(Clean(text)), cmp.Or(min(p.Width, textWidth), 1<<20))
}
