package coverage

import (
	"syncguard/internal/intent"
	"syncguard/internal/schema"
	"syncguard/internal/target"
	"syncguard/internal/template"
)

// Intents returns the effect of a template's prevention intents on each target. It fails if the schema facts cannot be
// read.
func Intents(p template.Prevention, targets []target.Target, c *schema.Catalog) (*Matrix, error) {
	outcomes := make([][]intent.Outcome, len(targets))
	for i, t := range targets {
		plan, err := intent.New(p, t, c)
		if err != nil {
			return nil, err
		}
		outcomes[i] = plan.Outcomes
	}
	return Outcomes(targets, outcomes), nil
}

// Outcomes returns the matrix of outcomes already planned, one slice for each target, in the order of targets.
func Outcomes(targets []target.Target, outcomes [][]intent.Outcome) *Matrix {
	m := &Matrix{Targets: targets}
	at := map[intent.ID]int{}
	for i, t := range targets {
		for _, o := range outcomes[i] {
			row, known := at[o.Intent]
			if !known {
				row = len(m.Rows)
				at[o.Intent] = row
				m.Rows = append(m.Rows, Row{Subject: Subject{Intent: o.Intent}})
			}
			m.Rows[row].Cells = append(m.Rows[row].Cells, Cell{Target: t, Class: o.Class, Mechanisms: o.Mechanisms, Tried: o.Tried, Notes: o.Notes, Settings: o.Settings, Source: o.Source})
		}
	}
	return m
}
