package cli

import (
	"fmt"

	"syncguard/internal/deploy"
	"syncguard/internal/diff"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/view"
)

// compare says of each profile whether the server has it as it would be sent, and how they differ.
func (p *pushing) compare(result *view.Push, steps []*deploy.Step) error {
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
		differ = differ || row.Action != view.Same
		result.Add(row)
	}
	if p.o.format.isJSON() {
		err = view.WriteJSON(p.env.Stdout, result)
	} else {
		p.env.out().PushCheck(result, view.NewPushRows(pushedNames(steps)))
	}
	if err != nil {
		return err
	}
	return verdict(p.env, nil, differ)
}

func (p *pushing) compareStep(s *deploy.Step, catalog *schema.Catalog) (view.Pushed, error) {
	row := pushedRow(s)
	switch {
	case s.Action == deploy.Send:
		row.Action = view.Unknown
		row.Notes = append(row.Notes, p.server().Name+" does not say what devices have")
	case s.Held == nil:
		row.Action = view.Missing
	case s.Old == nil:
		row.Action = view.Unknown
		row.Notes = append(row.Notes, p.server().Name+" does not say what it holds")
	case s.Action == deploy.Keep:
		row.Action = view.Same
	default:
		row.Action = view.Different
		d, err := diff.Compare(p.side(p.server().Name, s.Old), p.side(s.Parcel.Profile.Name, s.New), catalog)
		if err != nil {
			return row, fmt.Errorf("comparing %s with what the server has: %w", s.Parcel.Profile.Name, err)
		}
		row.Difference = d
	}
	return row, nil
}

// side is a tree to be compared, without its secrets.
func (p *pushing) side(name string, v *plist.Value) *diff.Side {
	root := diff.Unfold(v)
	secret.Mark(root)
	return &diff.Side{Name: name, Root: root, Declaration: p.declarations}
}
