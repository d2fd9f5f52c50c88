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

// Story tells why a subject comes to its class on a target.
type Story struct {
	Subject  Subject
	Cell     Cell
	Where    string           // the targets that it is true of, in few words
	Lines    []Line           // one clause each, no full stop
	Settings []intent.Setting // what a person can do
	Better   []Better         // where the class is stronger
	Sources  []string
}

// Line is one sentence of a story.
type Line struct {
	Text     string
	Evidence fact.Evidence
}

// Better is a stronger class, and the ways to reach it.
type Better struct {
	Class      intent.Class
	Version    target.Version
	Ways       []target.Enrollment
	Supervised bool // all of them are supervised, and the story's target is not
}

// Maker makes the matrix of some subjects for targets.
type Maker func([]target.Target) (*Matrix, error)

// Tell tells the story of the row at an index, for a target.
func Tell(make Maker, row int, to target.Target, c *schema.Catalog) (*Story, error) {
	others := alternatives(to)
	m, err := make(append([]target.Target{to}, others...))
	if err != nil {
		return nil, err
	}
	r := m.Rows[row]
	s := &Story{Subject: r.Subject, Cell: r.Cells[0]}
	if err := s.levers(c); err != nil {
		return nil, err
	}
	for _, n := range s.Cell.Notes {
		s.add(s.sentence(n.Text), n.Evidence)
		s.source(n.Source)
	}
	if len(s.Cell.Notes) == 0 {
		s.add("nothing stands in its way there", fact.Apple)
	}
	s.source(s.Cell.Source)
	if s.Cell.Class == intent.Manual || s.Cell.Class == intent.Locked {
		s.Settings = s.Cell.Settings
	}
	s.better(r.Cells[1:])
	return s, nil
}

// better collects the stronger classes of other targets. A newer version counts where it does more than the same one.
func (s *Story) better(others []Cell) {
	best := s.Cell.Class
	for _, c := range others {
		if c.Target.Version == s.Cell.Target.Version && intent.Stronger(c.Class, best) {
			best = c.Class
		}
	}
	for _, c := range others {
		newer := c.Target.Version != s.Cell.Target.Version
		if !intent.Stronger(c.Class, s.Cell.Class) || newer && !intent.Stronger(c.Class, best) && c.Target.Effective() != s.Cell.Target.Effective() {
			continue
		}
		i := slices.IndexFunc(s.Better, func(b Better) bool { return b.Class == c.Class && b.Version == c.Target.Version })
		if i < 0 {
			i = len(s.Better)
			s.Better = append(s.Better, Better{Class: c.Class, Version: c.Target.Version, Supervised: !s.Cell.Target.IsSupervised()})
		}
		s.Better[i].Ways = append(s.Better[i].Ways, c.Target.Enrollment)
		s.Better[i].Supervised = s.Better[i].Supervised && c.Target.IsSupervised()
	}
}

// alternatives are the other ways of install on the same version, and the current version if the target's is older.
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

func (s *Story) add(text string, e fact.Evidence) {
	line := Line{text, e}
	if !slices.Contains(s.Lines, line) {
		s.Lines = append(s.Lines, line)
	}
}

func (s *Story) source(source string) {
	if source != "" && !slices.Contains(s.Sources, source) {
		s.Sources = append(s.Sources, source)
	}
}

// levers says what Apple has for the subject on the platform, and since when.
func (s *Story) levers(c *schema.Catalog) error {
	platform := s.Cell.Target.Platform
	for _, l := range s.Cell.Tried {
		t, err := typeOf(c, l)
		if err != nil {
			return err
		}
		if t == nil {
			continue
		}
		what := fmt.Sprintf("Apple's key is %s (%s, ", strings.Join(l.Path, "."), l.Type)
		if len(l.Path) == 0 {
			what = fmt.Sprintf("Apple's payload is %s (", l.Type)
		}
		if t.Family == schema.Configuration {
			what = strings.Replace(what, "payload", "declaration", 1)
		}
		if t.Family == schema.Preferences {
			what = strings.Replace(what, "Apple's key", "the preference", 1)
		}
		a := t.AvailabilityAt(platform, l.Path...)
		switch {
		case a.NotAvailable:
			what += "not on " + string(platform)
		case a.Introduced.IsZero():
			what += string(platform)
		default:
			what += fmt.Sprintf("%s %s and later", platform, a.Introduced)
		}
		s.add(what+")", fact.Apple)
		s.source(t.Source())
	}
	return nil
}

// typeOf finds the type that has a lever's key, or nil.
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

// sentence words a note as a sentence of its own. The notes of a key have the key as their subject; those of an intent name it.
func (s *Story) sentence(text string) string {
	if s.Subject.Intent == "" {
		text = "it " + text
	}
	for _, l := range s.Cell.Tried {
		rest, isAbout := strings.CutPrefix(text, l.String()+" ")
		switch {
		case !isAbout:
		case len(s.Cell.Tried) == 1:
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

// Sentences tells the story for people.
func (s *Story) Sentences() []string {
	var lines []string
	for _, l := range s.Lines {
		lines = append(lines, sentence(intent.Note{Text: l.Text, Evidence: l.Evidence}.Label()))
	}
	for _, x := range s.Settings {
		text := "What a person can do: " + x.String()
		if x.Evidence != fact.Apple {
			text += " (" + string(x.Evidence) + ")"
		}
		lines = append(lines, text)
	}
	for _, b := range s.Better {
		lines = append(lines, b.sentence(s.Cell.Target))
	}
	return lines
}

// sentence says how to come to a stronger class from a target.
func (b *Better) sentence(from target.Target) string {
	var ways []string
	for _, e := range b.Ways {
		ways = append(ways, way(target.Target{Platform: from.Platform, Version: b.Version, Enrollment: e}))
	}
	text := fmt.Sprintf("To have it %s: %s", b.Class.Label(), strings.Join(ways, ", "))
	if b.Version != from.Version {
		text += fmt.Sprintf(", from version %s on", b.Version)
	}
	if b.Supervised && !(target.Target{Platform: from.Platform, Version: b.Version}).SupervisesAll() {
		text += " (Apple Configurator or Automated Device Enrollment supervise a device)"
	}
	return text + "."
}

// sentence begins with a capital where it begins with a word, and ends with a full stop.
func sentence(text string) string {
	first, _, _ := strings.Cut(text, " ")
	if !strings.ContainsAny(first, ".&/") && first != "" && !strings.HasPrefix(first, "iOS") && first != "macOS" {
		text = strings.ToUpper(text[:1]) + text[1:]
	}
	return text + "."
}
