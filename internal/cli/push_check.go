package cli

import (
	"fmt"

	"syncguard/internal/diff"
	"syncguard/internal/plist"
	"syncguard/internal/report"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/ship"
)

// compare says of each profile whether the server has it as it would be sent, and how they differ.
func (p *pushing) compare(result *report.Push, steps []*ship.Step) error {
	catalog, _, err := p.env.catalog()
	if err != nil {
		return err
	}
	differ := false
	for _, s := range steps {
		row, err := p.compareStep(s, catalog)
		if err != nil {
			return err
		}
		differ = differ || row.Action != report.Same
		result.Add(row)
	}
	if p.o.format.isJSON() {
		err = report.WriteJSON(p.env.Stdout, result)
	} else {
		p.env.out().PushCheck(result, report.NewPushRows(pushedNames(steps)))
	}
	if err != nil {
		return err
	}
	return verdict(p.env, nil, differ)
}

func (p *pushing) compareStep(s *ship.Step, catalog *schema.Catalog) (report.Pushed, error) {
	row := pushedRow(s)
	switch {
	case s.Action == ship.Send:
		row.Action = report.Unknown
		row.Notes = append(row.Notes, p.server().Name+" does not say what devices have")
	case s.Held == nil:
		row.Action = report.Missing
	case s.Old == nil:
		row.Action = report.Unknown
		row.Notes = append(row.Notes, p.server().Name+" does not say what it holds")
	case s.Action == ship.Keep:
		row.Action = report.Same
	default:
		row.Action = report.Different
		d, err := diff.Compare(p.side(p.server().Name, s.Old), p.side(s.Parcel.Profile.Name, s.New), catalog)
		if err != nil {
			return row, fmt.Errorf("comparing %s with what the server has: %w", s.Parcel.Profile.Name, err)
		}
		var one report.ProfileDiffs
		one.Add(d)
		row.Difference = &one.Files[0]
	}
	return row, nil
}

// side is a tree to be compared, without its secrets.
func (p *pushing) side(name string, v *plist.Value) *diff.Side {
	root := diff.Unfold(v)
	secret.Mark(root)
	return &diff.Side{Name: name, Root: root, Declaration: p.declarations}
}
