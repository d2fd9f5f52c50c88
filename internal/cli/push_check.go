package cli

import (
	"syncguard/internal/report"
	"syncguard/internal/ship"
)

// compare says of each profile whether the server has it as it would be sent.
func (p *pushing) compare(result *report.Push, steps []*ship.Step) error {
	differ := false
	for _, s := range steps {
		row := pushedRow(s)
		switch {
		case s.Action == ship.Send:
			row.Action = report.Unknown
			row.Notes = append(row.Notes, p.server().Name+" does not say what devices have")
		case s.Held == nil:
			row.Action = report.Missing
		case s.Old == nil:
			row.Action = report.Unknown
			row.Notes = append(row.Notes, p.server().Name+" does not give back what it holds")
		case s.Action == ship.Keep:
			row.Action = report.Same
		default:
			row.Action = report.Different
		}
		differ = differ || row.Action != report.Same
		result.Add(row)
	}
	if p.o.format.isJSON() {
		if err := report.WriteJSON(p.env.Stdout, result); err != nil {
			return err
		}
		return verdict(p.env, nil, differ)
	}
	rows := report.NewPushRows(pushedNames(steps))
	for _, row := range result.Results {
		p.env.out().Pushed(rows, row)
	}
	p.env.out().PushTotals(result)
	return verdict(p.env, nil, differ)
}
