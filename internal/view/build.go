package view

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"

	"syncguard/internal/app"
	"syncguard/internal/baseline"
	"syncguard/internal/diag"
	"syncguard/internal/fact"
	"syncguard/internal/target"
)

// Build is the result of a build. In JSON its shape is stable: fields are only ever added (docs/json.md).
type Build struct {
	Signer   *app.Signer       `json:"signer"` // null where the profiles are not signed
	Output   string            `json:"output"` // folder; empty where findings kept every profile from being written
	Profiles []Profile         `json:"profiles"`
	Reports  []string          `json:"reports"` // names in the output folder
	Others   int               `json:"others"`  // profiles in the output folder that are not of this build
	Findings []diag.Diagnostic `json:"findings"`
	TargetNotes
}

// TargetNotes says which targets of a run are read as others, a sentence each.
type TargetNotes struct {
	TargetNotes []string `json:"targetNotes,omitempty"`
}

// Profile is one target of a build.
type Profile struct {
	Template   string `json:"template"`
	Target     string `json:"target"`
	File       string `json:"file"` // name in the output folder; empty where nothing can be set on the target
	Identifier string `json:"identifier"`
	Size       int    `json:"size"` // bytes
	SHA256     string `json:"sha256"`
	Signed     bool   `json:"signed"`
	// Declarations are files of their own, or have no File and are in the profile.
	Declarations []Declaration `json:"declarations"`
	Intents      []Intent      `json:"intents"`

	Title        string        `json:"-"` // of the target
	Organization string        `json:"-"`
	Platform     string        `json:"-"`
	Of           target.Target `json:"-"`
	Payloads     []string      `json:"-"` // payload types in the profile
}

// Declaration is one declaration for a target.
type Declaration struct {
	Type        string `json:"type"`
	Identifier  string `json:"identifier"`
	ServerToken string `json:"serverToken"`
	File        string `json:"file"` // name in the output folder; empty where the profile carries it
	Size        int    `json:"size"` // bytes; 0 where the profile carries it
	SHA256      string `json:"sha256"`
}

// Intent is what a profile does about one intent.
type Intent struct {
	Intent     string    `json:"intent"` // date-time, dns, cellular, storage, updates
	Class      string    `json:"class"`  // enforced, locked, default, hint, impossible
	Mechanisms []string  `json:"mechanisms"`
	Notes      []Note    `json:"notes"`
	Settings   []Setting `json:"settings"`
	Source     string    `json:"source"`
}

// Note is a condition or consequence.
type Note struct {
	Text     string        `json:"text"`
	Evidence fact.Evidence `json:"evidence"` // apple, community, unverified
	Source   string        `json:"source"`
	Detail   bool          `json:"-"` // not in the table
}

// Setting is what a person can do by hand.
type Setting struct {
	Path     []string      `json:"path"`
	Value    string        `json:"value"`
	Evidence fact.Evidence `json:"evidence"` // of the labels on the current version
}

// Intents turns outcomes into their reported form.
func Intents(outcomes []baseline.Outcome) []Intent {
	out := make([]Intent, 0, len(outcomes))
	for _, o := range outcomes {
		i := Intent{string(o.Intent), string(o.Class), orEmpty(o.Mechanisms), []Note{}, []Setting{}, o.Source}
		for _, n := range o.Notes {
			i.Notes = append(i.Notes, Note{n.Text, n.Evidence, n.Source, n.Detail})
		}
		for _, s := range o.Settings {
			i.Settings = append(i.Settings, Setting{s.Path, s.Value, s.Evidence})
		}
		out = append(out, i)
	}
	return out
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// Build writes the table of a build, its footnotes, and with hints what is left for people to do.
func (p *Printer) Build(b *Build, hints bool) {
	p.Line("%s", buildTitle(b))
	p.Line("")
	notes := &footnotes{}
	rows := buildRows(b, notes)
	width := lipgloss.Width(rows)
	if p.Width == 0 || width <= p.Width {
		p.Line("%s\n", rows)
	} else {
		p.buildList(b, notes)
		width = p.Width
	}
	if len(intents(b)) > 0 {
		p.legend(b)
	}
	for i, text := range notes.texts {
		p.wrapped(fmt.Sprintf("  %s ", superscript(i+1)), text, width)
	}
	if len(notes.texts) > 0 {
		p.Line("")
	}
	if hints {
		p.byHand(b)
	}
	p.Line("%s", buildSummary(b, hints))
}

func buildTitle(b *Build) string {
	var templates, organizations []string
	for _, profile := range b.Profiles {
		templates, organizations = append(templates, profile.Template), append(organizations, profile.Organization)
	}
	signed := yellow.Render("not signed")
	if s := b.Signer; s != nil && s.Development {
		signed = "signed by the " + bold.Render("development identity") + yellow.Render(` (devices will call it "Not Verified")`)
	} else if s != nil {
		signed = "signed by " + bold.Render(Clean(s.Name))
	}
	return strings.Join([]string{
		bold.Render(Clean(strings.Join(slices.Compact(templates), ", "))),
		Clean(strings.Join(slices.Compact(organizations), ", ")),
		Count(len(b.Profiles), "target"),
		signed,
	}, " · ")
}

// buildRows is the table for a wide screen: one row a profile.
func buildRows(b *Build, notes *footnotes) string {
	t := table.New().
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).BorderColumn(false).BorderHeader(false).BorderRow(false).
		Headers(append([]string{"profile", "target", "size"}, intentTitles(b)...)...).
		StyleFunc(func(row, column int) lipgloss.Style {
			style := lipgloss.NewStyle().PaddingLeft(2)
			if column == 2 {
				style = style.Align(lipgloss.Right)
			}
			if row == table.HeaderRow {
				style = style.Faint(true)
			}
			return style
		})
	for _, profile := range b.Profiles {
		t.Row(append([]string{fileCell(profile), Clean(profile.Title), sizeCell(profile)}, classCells(b, profile, notes)...)...)
	}
	lines := strings.Split(t.Render(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// buildList is the same for a narrow screen: one paragraph a profile.
func (p *Printer) buildList(b *Build, notes *footnotes) {
	for _, profile := range b.Profiles {
		p.Line("  %s", bold.Render(fileCell(profile)))
		p.Line("%s", strings.TrimRight(fmt.Sprintf("  %s  %s", Clean(profile.Title), sizeCell(profile)), " "))
		for i, cell := range classCells(b, profile, notes) {
			p.Line("    %-12s %s", intentTitles(b)[i], cell)
		}
		p.Line("")
	}
}

// intents are those of a table: all, or none where no template asks for prevention.
func intents(b *Build) []baseline.Intent {
	if slices.ContainsFunc(b.Profiles, func(p Profile) bool { return len(p.Intents) > 0 }) {
		return baseline.Intents()
	}
	return nil
}

func intentTitles(b *Build) []string {
	var titles []string
	for _, i := range intents(b) {
		titles = append(titles, i.Title())
	}
	return titles
}

func fileCell(p Profile) string {
	switch {
	case p.File != "":
		return Clean(p.File)
	case len(p.Declarations) > 0:
		return "declarations only"
	}
	return "nothing can be set here"
}

func sizeCell(p Profile) string {
	if p.File == "" {
		return ""
	}
	return size(p.Size)
}

// size writes bytes as people do: 3.1 kB.
func size(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1000)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1_000_000)
}

// classCells says what a profile does about each intent, with the numbers of its footnotes.
func classCells(b *Build, p Profile, notes *footnotes) []string {
	var cells []string
	for _, name := range intents(b) {
		i := slices.IndexFunc(p.Intents, func(i Intent) bool { return i.Intent == string(name) })
		if i < 0 {
			cells = append(cells, faint.Render("off"))
			continue
		}
		cells = append(cells, classStyle(p.Intents[i].Class).Render(p.Intents[i].Class)+notes.mark(p.Intents[i]))
	}
	return cells
}

func classStyle(class string) lipgloss.Style {
	switch baseline.Class(class) {
	case baseline.Enforced:
		return green
	case baseline.Locked:
		return cyan
	case baseline.Default:
		return blue
	case baseline.Hint:
		return yellow
	}
	return faint
}

// legend says what the classes of the table mean.
func (p *Printer) legend(b *Build) {
	occurs := map[string]bool{}
	for _, profile := range b.Profiles {
		for _, i := range profile.Intents {
			occurs[i.Class] = true
		}
	}
	for _, c := range baseline.Classes() {
		if occurs[string(c)] {
			p.Line("  %s  %s", classStyle(string(c)).Render(fmt.Sprintf("%-10s", c)), faint.Render(c.Meaning()))
		}
	}
	p.Line("")
}

// footnotes numbers the notes of a table in the order in which they first appear.
type footnotes struct{ texts []string }

func (f *footnotes) mark(i Intent) string {
	var marks []string
	for _, n := range i.Notes {
		if n.Detail {
			continue
		}
		label := baseline.Note{Text: n.Text, Evidence: n.Evidence}.Label()
		at := slices.Index(f.texts, label)
		if at < 0 {
			at = len(f.texts)
			f.texts = append(f.texts, label)
		}
		marks = append(marks, superscript(at+1))
	}
	if len(marks) == 0 {
		return ""
	}
	return faint.Render(" " + strings.Join(marks, " "))
}

func superscript(n int) string {
	digits := []rune("⁰¹²³⁴⁵⁶⁷⁸⁹")
	var b strings.Builder
	for _, d := range fmt.Sprint(n) {
		b.WriteRune(digits[d-'0'])
	}
	return b.String()
}

// byHand lists what no profile can set, by platform.
func (p *Printer) byHand(b *Build) {
	p.Line("By hand, since no profile can (names can differ between versions):")
	seen := map[string]bool{}
	for _, profile := range b.Profiles {
		for _, i := range profile.Intents {
			if i.Class != string(baseline.Hint) && i.Class != string(baseline.Locked) {
				continue
			}
			for _, s := range i.Settings {
				setting := baseline.Setting{Path: s.Path, Value: s.Value, Evidence: s.Evidence}
				line := fmt.Sprintf("  %-9s %-12s %s", profile.Platform, baseline.Intent(i.Intent).Title(), setting)
				if setting.Evidence != fact.Apple {
					line += faint.Render(" (" + string(s.Evidence) + ")")
				}
				if !seen[line] {
					seen[line] = true
					p.Line("%s", line)
				}
			}
		}
	}
	p.Line("")
}

func buildSummary(b *Build, hints bool) string {
	written, declared := 0, 0
	for _, profile := range b.Profiles {
		if profile.File != "" {
			written++
		}
		for _, d := range profile.Declarations {
			if d.File != "" {
				declared++
			}
		}
	}
	s := fmt.Sprintf("%s  %s", bold.Render(folderName(b.Output)), Count(written, "profile"))
	if declared > 0 {
		s += fmt.Sprintf(", %s for MDM", Count(declared, "declaration"))
	}
	for _, name := range b.Reports {
		s += ", " + name
	}
	byHand := slices.ContainsFunc(b.Profiles, func(p Profile) bool {
		return slices.ContainsFunc(p.Intents, func(i Intent) bool { return len(i.Settings) > 0 })
	})
	if !hints && byHand {
		s += faint.Render("   what is left for people to do: the same with --hints" + cond(written > 0, " (it is in each profile's description, too)"))
	}
	if b.Others > 0 {
		s += "\n" + yellow.Render(fmt.Sprintf("  %s in %s not of this build", Count(b.Others, "other profile"), folderName(b.Output)+cond(b.Others == 1, " is")+cond(b.Others > 1, " are")))
	}
	if declared > 0 {
		s += "\n" + faint.Render("  upload each NAME.json to the MDM server beside its profile, and NAME.activation.json if the server makes no activations")
	}
	return s
}

// Count says a number of things: 1 file, 2 files.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// wrapped writes text behind a label within a width, further lines indented under the first.
func (p *Printer) wrapped(label, text string, width int) {
	indent := lipgloss.Width(label)
	for i, line := range Fill(Clean(text), max(width-indent, 20)) {
		if i > 0 {
			label = strings.Repeat(" ", indent)
		}
		p.Line("%s", faint.Render(label+strings.TrimRight(line, " ")))
	}
}
