package coverage

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// Explanation tells why a subject has its class on a target.
type Explanation struct {
	Subject  Subject
	Cell     Cell
	Where    string           // the targets it holds for, in few words
	Lines    []Line           // one clause each, without a full stop
	Settings []intent.Setting // left for a person to do by hand
	Better   []Better         // ways to a stronger class
	Sources  []string
}

// Line is one sentence of an explanation.
type Line struct {
	Text     string
	Evidence fact.Evidence
}

// Better is a stronger class, and the ways of install to reach it.
type Better struct {
	Class      intent.Class
	Version    target.Version
	Ways       []target.Enrollment
	Supervised bool // all ways are supervised, and the explained target is not
}

// MatrixFunc returns the matrix of fixed subjects for any targets.
type MatrixFunc func([]target.Target) (*Matrix, error)

// Explain explains the row at an index, for a target.
func Explain(matrix MatrixFunc, row int, to target.Target, c *schema.Catalog) (*Explanation, error) {
	others := alternatives(to)
	m, err := matrix(append([]target.Target{to}, others...))
	if err != nil {
		return nil, err
	}
	r := m.Rows[row]
	ex := &Explanation{Subject: r.Subject, Cell: r.Cells[0]}
	if err := ex.mechanisms(c); err != nil {
		return nil, err
	}
	for _, n := range ex.Cell.Notes {
		ex.addLine(ex.clause(n.Text), n.Evidence)
		ex.addSource(n.Source)
	}
	if len(ex.Cell.Notes) == 0 {
		ex.addLine("nothing limits it on this target", fact.Apple)
	}
	ex.addSource(ex.Cell.Source)
	if ex.Cell.Class == intent.Manual || ex.Cell.Class == intent.Locked {
		ex.Settings = ex.Cell.Settings
	}
	ex.better(r.Cells[1:])
	return ex, nil
}

// better collects the stronger classes of other targets. A newer version counts only if it does more than the same
// version can.
func (ex *Explanation) better(others []Cell) {
	best := ex.Cell.Class
	for _, c := range others {
		if c.Target.Version == ex.Cell.Target.Version && intent.Stronger(c.Class, best) {
			best = c.Class
		}
	}
	for _, c := range others {
		newer := c.Target.Version != ex.Cell.Target.Version
		if !intent.Stronger(c.Class, ex.Cell.Class) || newer && !intent.Stronger(c.Class, best) && c.Target.Effective() != ex.Cell.Target.Effective() {
			continue
		}
		i := slices.IndexFunc(ex.Better, func(b Better) bool { return b.Class == c.Class && b.Version == c.Target.Version })
		if i < 0 {
			i = len(ex.Better)
			ex.Better = append(ex.Better, Better{Class: c.Class, Version: c.Target.Version, Supervised: !ex.Cell.Target.IsSupervised()})
		}
		ex.Better[i].Ways = append(ex.Better[i].Ways, c.Target.Enrollment)
		ex.Better[i].Supervised = ex.Better[i].Supervised && c.Target.IsSupervised()
	}
}

// alternatives returns the other ways of install on the same version, and every way on the current version if the
// target's is older.
func alternatives(t target.Target) []target.Target {
	var all []target.Target
	versions := []target.Version{t.Version}
	if current := (target.Version{Major: target.Current}); t.Version.Compare(current) < 0 {
		versions = append(versions, current)
	}
	for _, v := range versions {
		for _, e := range target.Enrollments() {
			other := target.Target{Platform: t.Platform, Version: v, Enrollment: e}
			same := v == t.Version && e == t.Effective()
			if _, err := target.Parse(other.String()); err == nil && other.ReadAs() == "" && !same {
				all = append(all, other)
			}
		}
	}
	return all
}

func (ex *Explanation) addLine(text string, e fact.Evidence) {
	line := Line{text, e}
	if !slices.Contains(ex.Lines, line) {
		ex.Lines = append(ex.Lines, line)
	}
}

func (ex *Explanation) addSource(source string) {
	if source != "" && !slices.Contains(ex.Sources, source) {
		ex.Sources = append(ex.Sources, source)
	}
}

// mechanisms names Apple's keys and payloads for the subject on the platform, and the version they came with.
func (ex *Explanation) mechanisms(c *schema.Catalog) error {
	platform := ex.Cell.Target.Platform
	for _, l := range ex.Cell.Tried {
		t, err := typeOf(c, l)
		if err != nil {
			return err
		}
		if t == nil {
			continue
		}
		line := fmt.Sprintf("Apple's key is %s (%s, ", strings.Join(l.Path, "."), l.Type)
		if len(l.Path) == 0 {
			line = fmt.Sprintf("Apple's payload is %s (", l.Type)
		}
		if t.Family == schema.Configuration {
			line = strings.Replace(line, "payload", "declaration", 1)
		}
		if t.Family == schema.Preferences {
			line = strings.Replace(line, "Apple's key", "the preference", 1)
		}
		a := t.AvailabilityAt(platform, l.Path...)
		switch {
		case a.NotAvailable:
			line += "not on " + string(platform)
		case a.Introduced.IsZero():
			line += string(platform)
		default:
			line += fmt.Sprintf("%s %s and later", platform, a.Introduced)
		}
		ex.addLine(line+")", fact.Apple)
		ex.addSource(t.Source())
	}
	return nil
}

// typeOf finds the type with a mechanism's key, or nil.
func typeOf(c *schema.Catalog, l intent.Mechanism) (*schema.Type, error) {
	types, err := c.Lookup(l.Type)
	if err != nil {
		return nil, err
	}
	if len(types) == 0 {
		d, err := c.Declaration(l.Type)
		if err != nil || d == nil {
			return nil, err
		}
		types = []*schema.Type{d}
	}
	for _, t := range types {
		if len(l.Path) == 0 || t.Key(l.Path...) != nil {
			return t, nil
		}
	}
	return nil, nil
}

// clause rewords a note to stand alone. The notes of a key leave the key out; those of an intent name it.
func (ex *Explanation) clause(text string) string {
	if ex.Subject.Intent == "" {
		text = "it " + text
	}
	for _, l := range ex.Cell.Tried {
		rest, isAbout := strings.CutPrefix(text, l.String()+" ")
		switch {
		case !isAbout:
		case len(ex.Cell.Tried) == 1:
			text = "it " + rest
		case len(l.Path) > 0:
			text = l.Path[len(l.Path)-1] + " " + rest
		}
	}
	if needs := (schema.Limit{Obstacle: schema.NeedsSupervision}).Phrase(""); strings.HasSuffix(text, needs) {
		text += ", and this target is not supervised"
	}
	return text
}

// Sentences returns the explanation as sentences for a person.
func (ex *Explanation) Sentences() []string {
	var lines []string
	for _, l := range ex.Lines {
		lines = append(lines, sentence(intent.Note{Text: l.Text, Evidence: l.Evidence}.Label()))
	}
	for _, x := range ex.Settings {
		text := "By hand: " + x.String()
		if x.Evidence != fact.Apple {
			text += " (" + string(x.Evidence) + ")"
		}
		lines = append(lines, text)
	}
	for _, b := range ex.Better {
		lines = append(lines, b.sentence(ex.Cell.Target))
	}
	return lines
}

// sentence tells how to reach a stronger class from a target.
func (b *Better) sentence(from target.Target) string {
	var ways []string
	for _, e := range b.Ways {
		ways = append(ways, way(target.Target{Platform: from.Platform, Version: b.Version, Enrollment: e}))
	}
	text := fmt.Sprintf("To have it %s: %s", b.Class.Label(), alternation(ways))
	if b.Version != from.Version {
		text += fmt.Sprintf(", from version %s on", b.Version)
	}
	if b.Supervised && !(target.Target{Platform: from.Platform, Version: b.Version}).SupervisesAll() {
		text += " (Apple Configurator or Automated Device Enrollment supervises a device)"
	}
	return text + "."
}

// alternation joins texts as a choice: a, b or c.
func alternation(texts []string) string {
	last := len(texts) - 1
	if last < 1 {
		return strings.Join(texts, "")
	}
	return strings.Join(texts[:last], ", ") + " or " + texts[last]
}

// sentence adds a full stop, and a capital unless the text begins with a key, a file name or a platform.
func sentence(text string) string {
	first, _, _ := strings.Cut(text, " ")
	if !strings.ContainsAny(first, ".&/") && first != "" && !strings.HasPrefix(first, "iOS") && first != "macOS" {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	return text + "."
}
