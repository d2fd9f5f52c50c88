package census

import (
	"cmp"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/intent"
	"syncguard/internal/inventory"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// Rest is the cell of the devices whose rows say too little.
const Rest = "incomplete"

// Query is a cell whose devices are asked for: some rows and one effect, or the devices that were not counted.
type Query struct {
	rows  []int
	class intent.Class // empty for any
	rest  bool
}

// Listed is a device of a cell.
type Listed struct {
	Row       int            `json:"row"`               // its number; in CSV the header is row 1
	Serial    string         `json:"serial"`            // these may be empty
	Name      string         `json:"name"`              //
	Model     string         `json:"model"`             //
	Groups    []string       `json:"groups"`            //
	Target    target.Target  `json:"target"`            // PLATFORM@VERSION/ENROLLMENT; empty for a device that was not counted
	Setting   string         `json:"setting,omitempty"` // key of the intent, such as `date-time`; TYPE.KEY for a key
	File      string         `json:"file,omitempty"`    // for a key: its file
	Value     string         `json:"value,omitempty"`   // for a boolean key: `true` or `false`
	Class     intent.Class   `json:"class,omitempty"`   // `enforced`, `locked`, `preset`, `manual`, `none`, `missing`
	Condition string         `json:"condition"`         // why; may be empty
	Raises    []Raise        `json:"raises"`            // what would do more
	Lacks     inventory.Lack `json:"lacks,omitempty"`   // why it was not counted
}

// ParseQuery reads SETTING=CLASS, a SETTING alone for all its devices, or incomplete. A setting is an intent, TYPE.KEY, or a key
// alone.
func (cs *Census) ParseQuery(cell string) (*Query, error) {
	if cell == Rest {
		return &Query{rest: true}, nil
	}
	name, class, hasClass := strings.Cut(cell, "=")
	q := &Query{}
	var names []string
	for row, s := range cs.rows.subjects {
		names = append(names, s.Name())
		if s.IsCalled(name) {
			q.rows = append(q.rows, row)
		}
	}
	if q.rows == nil {
		slices.Sort(names)
		names = append(slices.Compact(names), Rest)
		return nil, diag.Usage(cmp.Or(text.DidYouMean(name, names), "want one such as "+strings.Join(names[:min(len(names), 8)], ", ")), "unknown setting %q in --list", name)
	}
	if !hasClass {
		return q, nil
	}
	var classes []string
	for _, c := range Effects() {
		classes = append(classes, string(c))
		if strings.EqualFold(class, string(c)) || strings.EqualFold(class, c.Label()) {
			q.class = c
		}
	}
	if q.class == "" {
		return nil, diag.Usage("want "+text.Choices(classes), "unknown class %q in --list", class)
	}
	return q, nil
}

// List returns a device once for each row of the query that it is in.
func (cs *Census) List(q *Query, d inventory.Device) (all []Listed, err error) {
	out := Listed{Row: d.Row, Serial: d.Serial, Name: d.Name, Model: d.Model, Groups: append([]string{}, d.Groups...), Raises: []Raise{}}
	if d.Lacks != "" {
		if !q.rest {
			return nil, nil
		}
		out.Lacks, out.Condition = d.Lacks, d.Lacks.Describe()
		if d.Because != "" {
			out.Condition += ": " + d.Because
		}
		return []Listed{out}, nil
	}
	for _, row := range q.rows {
		e, err := cs.rows.effect(row, d.Target)
		if err != nil {
			return nil, err
		}
		if q.class != "" && e.class != q.class {
			continue
		}
		raises, err := cs.rows.raises(row, d.Target)
		if err != nil {
			return nil, err
		}
		s := cs.rows.subjects[row]
		one := out
		one.Target, one.Setting, one.File, one.Value, one.Class, one.Condition = d.Target, s.Name(), s.File, s.Value, e.class, e.condition
		one.Raises = append(one.Raises, raises...)
		all = append(all, one)
	}
	return all, nil
}
