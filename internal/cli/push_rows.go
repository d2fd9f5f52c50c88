package cli

import (
	"syncguard/internal/report"
	"syncguard/internal/ship"
)

// pushed says what came of a step.
func (p *pushing) pushed(r ship.Result) report.Pushed {
	row := pushedRow(r.Step)
	row.ID = r.ID
	if r.Note != "" {
		row.Notes = append(row.Notes, p.hiding.hide(r.Note))
	}
	switch {
	case ship.WasEnded(r.Err):
		row.Action, row.Error = report.NotSent, r.Err.Error()
	case r.Err != nil:
		row.Action, row.Error = report.Failed, p.hiding.hide(r.Err.Error())
	case r.Kept && r.Action == ship.Send:
		row.Action = report.SentBefore
	case r.Kept:
		row.Action = report.Unchanged
	default:
		row.Action = map[ship.Action]string{ship.Create: report.Created, ship.Update: report.Updated, ship.Send: report.Sent}[r.Action]
	}
	return row
}

// pushedRow says which profile a step is about, and for whom.
func pushedRow(s *ship.Step) report.Pushed {
	row := report.Pushed{File: s.Parcel.Profile.Name, Identifier: s.Parcel.Profile.Identifier(), For: s.Parcel.For,
		Action: string(s.Action), Notes: append([]string{}, s.Parcel.Notes...)}
	if s.Held != nil {
		row.ID = s.Held.ID
	}
	return row
}

func pushedNames(steps []*ship.Step) []string {
	var names []string
	for _, s := range steps {
		names = append(names, report.PushedName(pushedRow(s)))
	}
	return names
}
