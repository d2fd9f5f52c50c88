// Package census counts the devices of an inventory by what each intent or key really does on them, and works out what would do
// more.
//
// Start with New; Add takes one device after the other, and Result has the counts. Devices are joined by what can make a
// difference: platform, way of install, and the span of versions in which nothing changes (spans.go). So an effect is evaluated
// once for each such kind, and the memory needed does not grow with the inventory. raise.go finds the ways to a stronger class,
// list.go the devices behind a count.
package census

import (
	"cmp"
	"hash/maphash"
	"slices"

	"syncguard/internal/coverage"
	"syncguard/internal/intent"
	"syncguard/internal/inventory"
	"syncguard/internal/target"
	"syncguard/internal/work"
)

// Bounds on what a result holds, whatever the inventory.
const (
	maxGroups = 2000    // groups counted one by one
	maxCounts = 200_000 // groups times settings
	maxMore   = 65_536  // further groups, whose number is told
	maxKinds  = 500
	maxFirst  = 5 // rows named for each reason to count none of them
)

// By is what devices are grouped by.
type By string

// The groupings.
const (
	ByGroup      By = "group"
	ByModel      By = "model"
	ByOS         By = "os"
	ByPlatform   By = "platform"
	ByEnrollment By = "enrollment"
)

// Groupings lists every grouping.
func Groupings() []By { return []By{ByGroup, ByModel, ByOS, ByPlatform, ByEnrollment} }

// Options are what to count beside the effects.
type Options struct {
	By      By              // empty for no groups
	Targets []target.Target // what the profiles are built for; empty if that is not known
	Served  bool            // leave devices of no target out of the counts of settings
}

// Census counts devices.
type Census struct {
	options Options
	rows    *rows
	kinds   spans // in which no row changes
	columns map[target.Target]*column
	order   []*column

	result    Result
	fleet     map[target.Target]*Kind
	lacking   map[inventory.Lack]*Incomplete
	groups    map[string]*group
	groupList []*group
	more      map[uint64]bool // hashes of the names of further groups
	seed      maphash.Seed
}

// column is the devices of one kind.
type column struct {
	at      int
	target  target.Target // one of them
	devices int
}

// group is the devices of one group, by the index of their column.
type group struct {
	name    string
	devices int
	columns map[int]int
}

// New returns a Census of no devices.
func New(s coverage.Source, o Options) *Census {
	r := newRows(s)
	return &Census{options: o, rows: r, kinds: spans{changes: r.allChanges}, columns: map[target.Target]*column{}, fleet: map[target.Target]*Kind{},
		lacking: map[inventory.Lack]*Incomplete{}, groups: map[string]*group{}, seed: maphash.MakeSeed(), more: map[uint64]bool{},
		result: Result{Subjects: []Subject{}, Kinds: []Kind{}, Incomplete: []Incomplete{}, By: o.By}}
}

// Add counts a device.
func (cs *Census) Add(d inventory.Device) error {
	work.Add(1)
	cs.result.Devices++
	if why := d.Lacks; why != "" {
		cs.addIncomplete(why, d)
		return nil
	}
	cs.result.Counted++
	if isServed := cs.addKind(d.Target); !isServed && cs.options.Served {
		return nil
	}
	c, err := cs.column(d.Target)
	if err != nil {
		return err
	}
	c.devices++
	cs.addGroups(d, c)
	return nil
}

// column returns the column of a target's kind.
func (cs *Census) column(to target.Target) (*column, error) {
	kind, err := cs.kinds.of(to)
	if err != nil {
		return nil, err
	}
	c := cs.columns[kind]
	if c == nil {
		c = &column{at: len(cs.order), target: to}
		cs.columns[kind] = c
		cs.order = append(cs.order, c)
	}
	return c, nil
}

func (cs *Census) addIncomplete(why inventory.Lack, d inventory.Device) {
	i := cs.lacking[why]
	if i == nil {
		i = &Incomplete{Reason: why, Meaning: why.Describe(), Help: why.Help(), First: []Row{}}
		cs.lacking[why] = i
	}
	i.Devices++
	if len(i.First) < maxFirst {
		i.First = append(i.First, Row{d.Row, d.Serial, d.Name, d.Because})
	}
}

// addKind counts the device as one of a platform, major version and enrollment, and reports whether a target is for it.
func (cs *Census) addKind(to target.Target) (isServed bool) {
	isServed = len(cs.options.Targets) == 0 || slices.ContainsFunc(cs.options.Targets, func(of target.Target) bool { return serves(of, to) })
	if !isServed {
		cs.result.Unserved++
	}
	of := target.Target{Platform: to.Platform, Version: target.Version{Major: to.Version.Major}, Enrollment: to.Effective()}
	k := cs.fleet[of]
	switch {
	case k == nil && len(cs.fleet) == maxKinds:
		cs.result.MoreKinds++
		return isServed
	case k == nil:
		k = &Kind{Target: of}
		cs.fleet[of] = k
	}
	k.Devices++
	if !isServed {
		k.Unserved++
	}
	return isServed
}

// serves reports whether a device gets what is built for a target.
func serves(of, device target.Target) bool {
	return of.Platform.Schema() == device.Platform.Schema() && of.Effective() == device.Effective() && of.Version.Compare(device.Version) <= 0
}

func (cs *Census) addGroups(d inventory.Device, c *column) {
	switch cs.options.By {
	case ByGroup:
		for i, name := range d.Groups {
			if !slices.Contains(d.Groups[:i], name) {
				cs.addGroup(name, c)
			}
		}
		if len(d.Groups) == 0 {
			cs.addGroup("", c)
		}
	case ByModel:
		cs.addGroup(d.Model, c)
	case ByOS:
		cs.addGroup(string(d.Target.Platform)+" "+d.Target.Version.String(), c)
	case ByPlatform:
		cs.addGroup(string(d.Target.Platform), c)
	case ByEnrollment:
		cs.addGroup(d.Target.Effective().Describe(), c)
	}
}

func (cs *Census) addGroup(name string, c *column) {
	g := cs.groups[name]
	if g == nil {
		if len(cs.groups) >= min(maxGroups, max(1, maxCounts/max(1, cs.rows.count()))) {
			cs.result.MoreDevices++
			if len(cs.more) < maxMore {
				cs.more[maphash.String(cs.seed, name)] = true
			}
			return
		}
		g = &group{name: name, columns: map[int]int{}}
		cs.groups[name] = g
		cs.groupList = append(cs.groupList, g)
	}
	g.devices++
	g.columns[c.at]++
}

// Result returns the counts so far.
func (cs *Census) Result() (*Result, error) {
	r := cs.result
	for row, s := range cs.rows.subjects {
		counted, err := cs.subject(row, s)
		if err != nil {
			return nil, err
		}
		r.Subjects = append(r.Subjects, counted)
	}
	var err error
	if r.Steps, err = cs.countSteps(); err != nil {
		return nil, err
	}
	for _, k := range cs.fleet {
		r.Kinds = append(r.Kinds, *k)
	}
	slices.SortFunc(r.Kinds, compareKinds)
	r.Wanted = wanted(r.Kinds)
	for _, i := range cs.lacking {
		r.Incomplete = append(r.Incomplete, *i)
	}
	slices.SortFunc(r.Incomplete, func(a, b Incomplete) int {
		return cmp.Or(cmp.Compare(b.Devices, a.Devices), cmp.Compare(a.Reason, b.Reason))
	})
	r.MoreGroups = len(cs.more)
	return &r, cs.countGroups(&r)
}

func compareKinds(a, b Kind) int {
	return cmp.Or(cmp.Compare(b.Devices, a.Devices), cmp.Compare(a.Target.Platform, b.Target.Platform), b.Target.Version.Compare(a.Target.Version),
		cmp.Compare(a.Target.Enrollment, b.Target.Enrollment))
}

// subject counts the devices for a row.
func (cs *Census) subject(row int, s coverage.Subject) (Subject, error) {
	out := Subject{Setting: s.Name(), File: s.File, Value: s.Value, Title: s.Label(), IsKey: s.Intent == "", Reasons: []Reason{}, Raises: []Raise{}}
	devices := map[target.Target]int{}
	var order []target.Target
	for _, c := range cs.order {
		kind, err := cs.rows.kind(row, c.target)
		if err != nil {
			return out, err
		}
		if devices[kind] == 0 {
			order = append(order, kind)
		}
		devices[kind] += c.devices
	}
	for _, kind := range order {
		n := devices[kind]
		e, err := cs.rows.effect(row, kind)
		if err != nil {
			return out, err
		}
		out.Counts.add(e.class, n)
		out.addReason(e, n)
		raises, err := cs.rows.raises(row, kind)
		if err != nil {
			return out, err
		}
		for _, x := range raises {
			out.addRaise(x, n)
		}
	}
	slices.SortStableFunc(out.Reasons, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(rank(a.Class), rank(b.Class)), cmp.Compare(b.Devices, a.Devices), cmp.Compare(a.Condition, b.Condition))
	})
	slices.SortStableFunc(out.Raises, compareRaises)
	return out, nil
}

// countGroups counts the devices of each group, the largest group first.
func (cs *Census) countGroups(r *Result) error {
	if cs.options.By == "" {
		return nil
	}
	slices.SortFunc(cs.groupList, func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.devices, a.devices), cmp.Compare(a.name, b.name))
	})
	r.Groups = make([]Group, len(cs.groupList))
	for i, g := range cs.groupList {
		r.Groups[i] = Group{Name: g.name, Devices: g.devices, Subjects: make([]GroupSubject, cs.rows.count())}
	}
	for row, s := range cs.rows.subjects {
		classes := make([]intent.Class, len(cs.order))
		for i, c := range cs.order {
			e, err := cs.rows.effect(row, c.target)
			if err != nil {
				return err
			}
			classes[i] = e.class
		}
		for i, g := range cs.groupList {
			of := &r.Groups[i].Subjects[row]
			of.Setting, of.File, of.Value = s.Name(), s.File, s.Value
			for at, n := range g.columns {
				of.Counts.add(classes[at], n)
			}
		}
	}
	return nil
}
