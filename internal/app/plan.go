package app

import (
	"cmp"
	"context"
	"strings"
	"time"

	"syncguard/internal/compose"
	"syncguard/internal/coverage"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/internal/text"
	"syncguard/internal/upgrade"
)

// PlanOptions are the devices to update, and what they have.
type PlanOptions struct {
	Paths    []string // templates, profiles, declarations, folders, - for a profile on stdin; none for the project's template
	Catalog  bool     // plan for everything the schemas know, in place of files
	From     []string // PLATFORM@VERSION[/ENROLLMENT], or VERSION for every platform
	To       []string // PLATFORM@VERSION, or VERSION for every platform
	On       string   // the day of the update, such as 2027-01-15; empty for the days the versions came out
	Template TemplateValues

	Inventory InventoryOptions // the list of devices, in place of From
}

// DeviceCount is a number of devices of one kind.
type DeviceCount struct {
	target.Target
	Count int
}

// PlanResult says what an update does to settings. Its JSON is stable: fields are only ever added (docs/json.md).
type PlanResult struct {
	On        string            `json:"on,omitempty"`        // the day of the update, if one was given
	Files     []string          `json:"files"`               // what was read; empty for everything the schemas know
	Moves     []PlannedMove     `json:"moves"`               // the devices, and their versions
	Inventory *PlannedInventory `json:"inventory,omitempty"` // the list of devices, if one was given
	Tasks     []PlannedTask     `json:"tasks"`               // the most harmful first, then by date
	Unchanged int               `json:"unchanged"`           // payloads, declarations, keys and intents that stay as they are
	Unknown   int               `json:"unknown"`             // payloads and keys in no schema: nothing is known of them

	Findings []diag.Diagnostic `json:"-"` // why an input is unusable; the rest is empty then
	Damaged  bool              `json:"-"` // parts of a file could not be read, and may be missing
}

// PlannedMove is devices that go from one version to a later one.
type PlannedMove struct {
	Name       string            `json:"name"`                 // as tasks name it, such as `iOS@26/supervised`
	Platform   target.Platform   `json:"platform"`             // iOS stands for iPadOS, too, unless a move has it or the devices were counted
	From       target.Version    `json:"from"`                 // the installed version
	To         target.Version    `json:"to"`                   // the version after the update
	Enrollment target.Enrollment `json:"enrollment,omitempty"` // absent for any way of install
	Devices    int               `json:"devices,omitempty"`    // how many there are, if they were counted
	Released   string            `json:"released,omitempty"`   // the day `to` came out; absent if no source of it is known
	Deferrable string            `json:"deferrable,omitempty"` // the last day on which devices can be kept from it
}

// PlannedTask is one line of the checklist.
type PlannedTask struct {
	Verdict     upgrade.Verdict  `json:"verdict"`               // `passes`, `stops`, `changes`, `redeliver`, `replaced`, `taken-over`, `deprecated`, `new`
	Days        []string         `json:"days"`                  // when it comes true: the days of the versions or, for what cannot wait, the day of the update, if one was given
	Files       []string         `json:"files,omitempty"`       // the files concerned
	Intent      string           `json:"intent,omitempty"`      // of a template, in place of a type
	Type        string           `json:"type,omitempty"`        // payload type, with a part in brackets if several share it, declaration type or preference domain
	Family      schema.Family    `json:"family,omitempty"`      // of the type: `payload`, `configuration`, `preferences` and the others of `schema list`
	Keys        []string         `json:"keys,omitempty"`        // absent for the type as a whole
	Events      []PlannedEvent   `json:"events"`                // what happens at which version
	Moves       []string         `json:"moves"`                 // names of the moves concerned
	Devices     int              `json:"devices,omitempty"`     // how many these are, if they were counted
	Effects     []PlannedEffect  `json:"effects,omitempty"`     // strength before and after, by move
	Replacement *PlannedReplacer `json:"replacement,omitempty"` // the declaration that takes its place on these devices
	Notes       []intent.Note    `json:"notes"`                 // what else to know
	Next        string           `json:"next"`                  // what to do
	Command     string           `json:"command,omitempty"`     // the command for it
}

// PlannedEvent is a change at one version.
type PlannedEvent struct {
	Kind     upgrade.Kind    `json:"kind"` // `introduced`, `deprecated`, `removed`, `replaceable`, `changed`
	Platform target.Platform `json:"platform"`
	Version  target.Version  `json:"version"`
	Date     string          `json:"date,omitempty"` // the day the version came out; absent if no source of it is known
	Text     string          `json:"text,omitempty"` // of a changed meaning: what it is from then on
	Evidence fact.Evidence   `json:"evidence"`       // `apple`, `community`, `unverified`
	Source   string          `json:"source"`         // file, page or issue stating it
}

// PlannedEffect is the strength of a setting on the devices of a move.
type PlannedEffect struct {
	Move   string       `json:"move"`
	Before intent.Class `json:"before"` // `enforced`, `locked`, `preset`, `manual`, `none`
	After  intent.Class `json:"after"`
}

// PlannedReplacer is a declaration in the place of a payload or key.
type PlannedReplacer struct {
	Type     string      `json:"type"`     // of the declaration
	Way      upgrade.Way `json:"way"`      // `migrate`: syncguard migrate converts it; `build`: building the template makes it; `hand`: arranged differently, for a person to write
	Verified bool        `json:"verified"` // Apple names it
}

// Plan works out what an OS update does to profiles, declarations and templates, or to everything the schemas know.
func Plan(ctx context.Context, h *Host, o PlanOptions) (*PlanResult, error) {
	if _, err := time.Parse(time.DateOnly, o.On); o.On != "" && err != nil {
		return nil, diag.Usage("want a day such as 2027-01-15", "invalid day %s for --on", text.Quote(o.On))
	}
	if o.Catalog && len(o.Paths) > 0 {
		return nil, diag.Usage("leave one of them out", "--catalog takes no files, found %s", text.Quote(o.Paths[0]))
	}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	p := &planning{ctx: ctx, host: h, options: o, catalog: catalog, result: &PlanResult{On: o.On, Files: []string{}, Tasks: []PlannedTask{}}}
	if err := p.read(); err != nil || p.result.Findings != nil {
		return p.result, err
	}
	moves, err := p.moves()
	if err != nil {
		return nil, err
	}
	list, err := p.checklist(moves)
	if err != nil {
		return nil, err
	}
	return p.result, p.show(list, moves.given)
}

// planning is one call of Plan.
type planning struct {
	ctx     context.Context
	host    *Host
	options PlanOptions
	catalog *schema.Catalog
	result  *PlanResult

	profiles  []coverage.File
	templates []plannedTemplate
}

// plannedTemplate is a template, by the path it was given.
type plannedTemplate struct {
	path string
	spec *template.Spec
}

// read reads the templates and files.
func (p *planning) read() error {
	paths := p.options.Paths
	if len(paths) == 0 && !p.options.Catalog {
		path, err := p.host.projectTemplate()
		if err != nil {
			return err
		}
		paths = []string{path}
	}
	c := &coverageRun{ctx: p.ctx, host: p.host, catalog: p.catalog, result: &CoverageResult{}}
	finder := inputFinder{p.host, "stdin", p.host.hasProfileName, "profile (*.mobileconfig) or declaration (*.json)"}
	for _, path := range paths {
		if p.host.isTemplatePath(path) || strings.HasPrefix(path, "builtin:") {
			spec, findings, err := p.options.Template.load(p.host, path, nil)
			if err != nil {
				return err
			}
			if diag.HasErrors(findings) {
				p.result.Findings = findings
				return nil
			}
			p.templates = append(p.templates, plannedTemplate{path, spec})
			p.result.Files = append(p.result.Files, path)
			continue
		}
		inputs, failures, err := finder.find([]string{path})
		if err := cmp.Or(err, first(failures)); err != nil {
			return err
		}
		for _, in := range inputs {
			root, err := c.profile(in)
			if err != nil || c.result.Findings != nil {
				p.result.Findings = c.result.Findings
				return err
			}
			p.profiles = append(p.profiles, withDeclarations(coverage.File{Name: in.path, Root: root})...)
			p.result.Files = append(p.result.Files, in.path)
		}
	}
	p.result.Damaged = c.result.Damaged
	return nil
}

func first(failures []error) error {
	if len(failures) == 0 {
		return nil
	}
	return failures[0]
}

// withDeclarations returns a profile and the declarations in it.
func withDeclarations(f coverage.File) []coverage.File {
	all := []coverage.File{f}
	for _, payload := range f.Root.List("PayloadContent") {
		if payload.String("PayloadType") != declarationsType {
			continue
		}
		for _, item := range payload.List("Declarations") {
			if item == nil || item.Kind != plist.Data {
				continue
			}
			if doc, _ := document.Open(diag.NewFile(f.Name, item.Data)); doc.Defect == nil {
				all = append(all, coverage.File{Name: f.Name, Root: doc.Root})
			}
		}
	}
	return all
}

// checklist makes the checklist of what was read.
func (p *planning) checklist(moves *plannedMoves) (*upgrade.Checklist, error) {
	if p.options.Catalog {
		return upgrade.Catalog(moves.all, p.catalog)
	}
	var files []upgrade.File
	for _, f := range p.profiles {
		files = append(files, upgrade.File{Name: f.Name, Root: f.Root, Moves: moves.profiles})
	}
	for n, t := range p.templates {
		made, err := p.composed(t, moves.all, moves.templates[n])
		if err != nil {
			return nil, err
		}
		files = append(files, made...)
	}
	list, err := upgrade.Files(files, moves.all, p.catalog)
	if err != nil {
		return nil, err
	}
	for n, t := range p.templates {
		if err := list.AddIntents(t.path, t.spec.Prevention, moves.templates[n], p.catalog); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// composed returns what devices have of a template, and what building it for the later version makes.
func (p *planning) composed(t plannedTemplate, moves []upgrade.Move, on []int) (files []upgrade.File, err error) {
	for _, i := range on {
		if err := p.ctx.Err(); err != nil {
			return nil, err
		}
		after, err := compose.Compose(t.spec, moves[i].After(), p.catalog, lint.Options{Interrupted: p.ctx.Err})
		if err != nil {
			return nil, err
		}
		var builds []string
		for _, d := range after.Declarations {
			builds = append(builds, d.Type)
		}
		made, err := compose.Compose(t.spec, moves[i].Before(), p.catalog, lint.Options{Interrupted: p.ctx.Err})
		if err != nil {
			return nil, err
		}
		add := func(root *plist.Value) {
			files = append(files, upgrade.File{Name: t.path, Root: root, Moves: []int{i}, Builds: builds})
		}
		if !made.Empty() {
			add(made.Root)
		}
		for _, d := range made.Declarations {
			if root, err := d.Value(); err == nil && d.IsConfiguration() {
				add(root)
			}
		}
	}
	return files, nil
}

// show turns a checklist into the result.
func (p *planning) show(list *upgrade.Checklist, given []bool) error {
	r := p.result
	r.Unchanged, r.Unknown = list.Unchanged, list.Unknown
	r.Moves = []PlannedMove{}
	for i, m := range list.Moves {
		if !given[i] && !list.Concerns[i] {
			continue // a platform that takes nothing of the files
		}
		until, err := upgrade.LastDeferral(m, p.catalog)
		if err != nil {
			return err
		}
		r.Moves = append(r.Moves, PlannedMove{m.String(), m.Platform, m.From, m.To, m.Enrollment, m.Devices, m.Platform.ReleaseDate(m.To), until})
	}
	for _, t := range list.Tasks {
		r.Tasks = append(r.Tasks, p.task(list, t))
	}
	return nil
}

func (p *planning) task(list *upgrade.Checklist, t upgrade.Task) PlannedTask {
	out := PlannedTask{Verdict: t.Verdict, Days: append([]string{}, t.Days()...), Files: t.Files, Intent: string(t.Intent), Type: t.Type, Family: t.Family, Keys: t.Keys,
		Events: []PlannedEvent{}, Moves: []string{}, Notes: append([]intent.Note{}, t.Notes...)}
	if p.options.On != "" && t.Verdict.HasDeadline() {
		out.Days = []string{p.options.On}
	}
	for _, e := range t.Events {
		out.Events = append(out.Events, PlannedEvent{e.Kind, e.Platform, e.Version, e.Date, e.Text, e.Evidence, e.Source})
	}
	for _, i := range t.Moves {
		out.Moves = append(out.Moves, list.Moves[i].String())
		out.Devices += list.Moves[i].Devices
	}
	for _, e := range t.Effects {
		out.Effects = append(out.Effects, PlannedEffect{list.Moves[e.Move].String(), e.Before, e.After})
	}
	if t.Replacement != nil {
		out.Replacement = (*PlannedReplacer)(t.Replacement)
	}
	out.Next, out.Command = p.next(list, t)
	return out
}

// next returns what to do about a task, and the command for it.
func (p *planning) next(list *upgrade.Checklist, t upgrade.Task) (step, command string) {
	build := func() string {
		return withFiles("syncguard build FILE --target "+list.Moves[t.Moves[0]].After().String(), t.Files)
	}
	show := func(name string) string { return text.WithFile("syncguard schema show FILE", name) }
	again, isWritten := "", len(t.Files) > 0
	if t.Verdict == upgrade.Redeliver {
		again = "after the update, deliver it again, or "
	}
	switch {
	case t.Intent != "":
		return "build the template for the new version", build()
	case t.Replacement != nil && t.Replacement.Way == upgrade.ByBuild:
		return "build the template for the new version: it makes the declaration", build()
	case t.Replacement != nil && t.Replacement.Way == upgrade.ByMigrate:
		return again + "convert it", withFiles("syncguard migrate FILE -o declarations", t.Files)
	case t.Replacement != nil && !isWritten:
		return "look at the declaration: migrate converts to it what it can", show(t.Replacement.Type)
	case t.Replacement != nil:
		return again + "write the declaration by hand, as its keys differ", show(t.Replacement.Type)
	}
	switch t.Verdict {
	case upgrade.Stops, upgrade.Passes:
		if isWritten {
			return "take it out for these devices, and do without: nothing replaces it there", ""
		}
		return "do without: nothing replaces it there", ""
	case upgrade.Redeliver:
		return "after the update, deliver it again", ""
	case upgrade.Changes:
		return "decide if it still does what you want", show(t.Type)
	case upgrade.TakenOver:
		return "make the declaration only if nothing has to be delivered again", show(t.Type)
	case upgrade.Deprecated:
		return "nothing to do yet: no declaration replaces it on these devices", ""
	}
	return "look if it helps", show(t.Type)
}

// withFiles puts names in place of the word FILE in a command, or leaves it for many.
func withFiles(command string, names []string) string {
	if len(names) == 0 || len(names) > 3 {
		return command
	}
	before, after, _ := strings.Cut(command, "FILE")
	var quoted []string
	for _, n := range names {
		quoted = append(quoted, text.WithFile("FILE", n))
	}
	return before + strings.Join(quoted, " ") + after
}
