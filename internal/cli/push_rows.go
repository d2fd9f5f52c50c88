package cli

import (
	"syncguard/internal/deploy"
	"syncguard/internal/view"
)

// pushed says what came of a step.
func (p *pushing) pushed(r deploy.Result) view.Pushed {
	row := pushedRow(r.Step)
	row.ID = r.ID
	if r.Note != "" {
		row.Notes = append(row.Notes, p.hiding.hide(r.Note))
	}
	switch {
	case deploy.WasEnded(r.Err):
		row.Action, row.Error = view.NotSent, r.Err.Error()
	case r.Err != nil:
		row.Action, row.Error = view.Failed, p.hiding.hide(r.Err.Error())
	case r.Kept && r.Action == deploy.Send:
		row.Action = view.SentBefore
	case r.Kept:
		row.Action = view.Unchanged
	default:
		row.Action = map[deploy.Action]string{deploy.Create: view.Created, deploy.Update: view.Updated, deploy.Send: view.Sent}[r.Action]
	}
	return row
}

// pushedRow says which profile a step is about, and for whom.
func pushedRow(s *deploy.Step) view.Pushed {
	row := view.Pushed{File: s.Parcel.Profile.Name, Identifier: s.Parcel.Profile.Identifier(), For: s.Parcel.For,
		Action: string(s.Action), Notes: append([]string{}, s.Parcel.Notes...)}
	if s.Held != nil {
		row.ID = s.Held.ID
	}
	return row
}

func pushedNames(steps []*deploy.Step) []string {
	var names []string
	for _, s := range steps {
		names = append(names, view.PushedName(pushedRow(s)))
	}
	return names
}
