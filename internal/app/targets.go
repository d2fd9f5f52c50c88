package app

import (
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/target"
)

// TargetNotes says which targets of a run are read as others, a sentence each.
type TargetNotes struct {
	TargetNotes []string `json:"targetNotes,omitempty"` // which targets are read as others
}

// add notes targets that are read as others, each once.
func (n *TargetNotes) add(h *Host, targets ...target.Target) {
	for _, t := range targets {
		if note := t.ReadAs(); note != "" && !slices.Contains(n.TargetNotes, note) {
			n.TargetNotes = append(n.TargetNotes, note)
			h.note(note)
		}
	}
}

// parseTargets reads targets, and notes which of them are read as others.
func parseTargets(h *Host, texts []string) (targets []target.Target, notes TargetNotes, err error) {
	for _, text := range texts {
		t, err := target.Parse(text)
		if err != nil {
			return nil, notes, diag.Usage("a target is PLATFORM[@VERSION][/ENROLLMENT], such as iOS@18.2/supervised", "%v", err)
		}
		if slices.Contains(targets, t) {
			return nil, notes, diag.Usage("name each target once", "--target %s is given twice", t)
		}
		targets = append(targets, t)
	}
	notes.add(h, targets...)
	return targets, notes, nil
}
