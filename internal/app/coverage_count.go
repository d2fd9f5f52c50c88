package app

import (
	"cmp"
	"context"
	"io"
	"iter"
	"slices"
	"strings"

	"syncguard/internal/coverage"
	"syncguard/internal/coverage/census"
	"syncguard/internal/diag"
	"syncguard/internal/intent"
	"syncguard/internal/inventory"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// CoverageCounts counts the devices of an inventory by effect. Its JSON is stable: fields are only ever added (docs/json.md).
type CoverageCounts struct {
	Inventory  string                `json:"inventory"`  // the file, stdin, or the server
	Understood *inventory.Understood `json:"understood"` // as what it was read
	*census.Result

	Findings []diag.Diagnostic `json:"-"` // why an input is unusable; the rest is empty then
	Damaged  bool              `json:"-"` // as in CoverageResult
}

// CoverageList is the devices of a cell, one after the other.
type CoverageList struct {
	Devices  iter.Seq2[census.Listed, error] // range over it once; an error is its last element
	Findings []diag.Diagnostic               // why an input is unusable; Devices is nil then
}

// Groupings names what devices can be grouped by.
func Groupings() []string { return Words(census.Groupings()) }

// ToList returns a cell as an example for ListCoverage, "" without any: one in which a step would do more on the most devices, or
// else the one with the most devices on which a setting is not enforced.
func (c *CoverageCounts) ToList() (cell string) {
	most, raised := 0, 0
	try := func(s *census.Subject, more int, weaker []intent.Class) {
		for _, class := range weaker {
			if n := s.Of(class); n > 0 && (more > raised || more == raised && n > most) {
				most, raised, cell = n, more, s.Setting+"="+string(class)
			}
		}
	}
	effects := census.Effects()
	for i := range c.Subjects {
		s := &c.Subjects[i]
		try(s, 0, effects[1:])
		for _, x := range s.Raises {
			try(s, x.Devices, effects[slices.Index(effects, x.Class)+1:])
		}
	}
	return cell
}

// CountCoverage counts the devices of an inventory by the effect of templates, profiles and declarations.
func CountCoverage(ctx context.Context, h *Host, o CoverageOptions) (*CoverageCounts, error) {
	t, run, err := newCensus(ctx, h, o)
	if err != nil || run.result.Findings != nil {
		return &CoverageCounts{Findings: findingsOf(run)}, err
	}
	all, err := h.count(ctx, o.Inventory, t)
	if err != nil {
		return nil, err
	}
	all[0].Damaged = run.result.Damaged
	return all[0], nil
}

// count reads an inventory once, for several counts.
func (h *Host) count(ctx context.Context, o InventoryOptions, of ...*census.Census) (all []*CoverageCounts, err error) {
	reader, done, err := h.openInventory(ctx, o)
	if err != nil {
		return nil, err
	}
	defer done()
	for d, err := range eachDevice(ctx, reader) {
		if err != nil {
			return nil, err
		}
		for _, c := range of {
			if err := c.Add(d); err != nil {
				return nil, err
			}
		}
	}
	for _, c := range of {
		r, err := c.Result()
		if err != nil {
			return nil, err
		}
		name := o.Path
		switch {
		case o.From != "":
			name = o.From
		case name == "-":
			name = "stdin"
		}
		all = append(all, &CoverageCounts{Inventory: name, Understood: reader.Understood(), Result: r})
	}
	return all, nil
}

// countParts counts the devices of an inventory for the report of a build: the intents of each template; of one without them the
// keys it sets.
func countParts(ctx context.Context, h *Host, o InventoryOptions, parts []*BuiltPart, all []*composed) error {
	catalog, _, err := h.catalog()
	if err != nil {
		return err
	}
	var counts []*census.Census
	for _, part := range parts {
		var source coverage.Source
		files := newComposedFiles(part.spec)
		var served []target.Target
		for _, c := range all {
			if c.spec == part.spec {
				served = append(served, c.result.Target)
				err = cmp.Or(err, files.add(c.result))
			}
		}
		if err != nil {
			return err
		}
		if part.spec.Prevention.IsOff() {
			source, err = coverage.KeySource(files.files, catalog)
		} else {
			source, err = coverage.IntentSource(part.spec.Prevention, catalog)
		}
		if err != nil {
			return err
		}
		counts = append(counts, census.New(source, census.Options{Targets: served, Served: true}))
	}
	counted, err := h.count(ctx, o, counts...)
	for i := range counted {
		parts[i].Counts = counted[i]
	}
	return err
}

// ListCoverage names the devices of one cell.
func ListCoverage(ctx context.Context, h *Host, o CoverageOptions) (*CoverageList, error) {
	t, run, err := newCensus(ctx, h, o)
	if err != nil || run.result.Findings != nil {
		return &CoverageList{Findings: findingsOf(run)}, err
	}
	query, err := t.ParseQuery(o.List)
	if err != nil {
		return nil, err
	}
	reader, done, err := h.openInventory(ctx, o.Inventory)
	if err != nil {
		return nil, err
	}
	return &CoverageList{Devices: func(yield func(census.Listed, error) bool) {
		defer done()
		for d, err := range eachDevice(ctx, reader) {
			var all []census.Listed
			if err == nil {
				all, err = t.List(query, d)
			}
			if err != nil {
				yield(census.Listed{}, err)
				return
			}
			for _, one := range all {
				if !yield(one, nil) {
					return
				}
			}
		}
	}}, nil
}

// eachDevice streams the devices of an inventory. An error is the last element.
func eachDevice(ctx context.Context, r *inventory.Reader) iter.Seq2[inventory.Device, error] {
	return func(yield func(inventory.Device, error) bool) {
		for {
			d, err := r.Next()
			if err == io.EOF {
				return
			}
			if err == nil {
				err = ctx.Err()
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}

// countRun is the files of a count, read.
type countRun struct {
	*coverageRun
	served []target.Target // by the profiles of templates of the user's; nil if there are none
}

func findingsOf(r *countRun) []diag.Diagnostic {
	if r == nil {
		return nil
	}
	return r.result.Findings
}

// newCensus reads the files of a count, and returns a census of no devices.
func newCensus(ctx context.Context, h *Host, o CoverageOptions) (*census.Census, *countRun, error) {
	if err := o.checkCount(); err != nil {
		return nil, nil, err
	}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, nil, err
	}
	run := &countRun{coverageRun: &coverageRun{ctx, h, o, catalog, nil, &CoverageResult{}}}
	matrices, err := run.read()
	if err != nil || run.result.Findings != nil {
		return nil, run, err
	}
	var sources []coverage.Source
	for _, m := range matrices {
		s, err := m.source()
		if err != nil {
			return nil, nil, err
		}
		if m.spec != nil && len(matrices) > 1 {
			s = coverage.Named(s, m.spec.Name)
		}
		sources = append(sources, s)
		if m.spec != nil && !strings.HasPrefix(m.spec.Name, "builtin:") {
			run.served = append(run.served, m.targets...)
		}
	}
	return census.New(coverage.Join(sources...), census.Options{By: census.By(o.By), Targets: run.served}), run, nil
}

// checkCount refuses options that are for targets.
func (o *CoverageOptions) checkCount() error {
	switch {
	case len(o.Targets) > 0 || o.Grid:
		return diag.Usage("leave --target and --all-targets out", "an inventory has its own targets")
	case o.Explain != "":
		return diag.Usage("count the devices first, then explain one target", "--explain is for targets, not for an inventory")
	case o.By != "" && !slices.Contains(Groupings(), o.By):
		return diag.Usage("want "+text.Choices(Groupings()), "invalid --by %q", o.By)
	case o.By != "" && o.List != "":
		return diag.Usage("choose one of them", "--by and --list exclude each other")
	}
	return nil
}
