package app

import (
	"errors"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/target"
)

// TargetNotes names the targets a run reads as others.
type TargetNotes struct {
	TargetNotes []string `json:"targetNotes,omitempty"` // targets read as others, one sentence each
}

// add notes each target read as another one, once, and tells the host.
func (n *TargetNotes) add(h *Host, targets ...target.Target) {
	for _, t := range targets {
		if note := t.ReadAs(); note != "" && !slices.Contains(n.TargetNotes, note) {
			n.TargetNotes = append(n.TargetNotes, note)
			h.note(note)
		}
	}
}

// targetError is a usage error for an invalid --target.
func targetError(err error) error {
	var word *target.WordError
	if errors.As(err, &word) {
		return diag.Usage(word.Help(), "unknown %s %q for --target", word.What, word.Got)
	}
	return diag.Usage("want PLATFORM[@VERSION][/ENROLLMENT], such as iOS@18.2/supervised", "%v", err)
}

// parseTargets parses targets, and notes those read as others.
func parseTargets(h *Host, texts []string) (targets []target.Target, notes TargetNotes, err error) {
	for _, text := range texts {
		t, err := target.Parse(text)
		if err != nil {
			return nil, notes, targetError(err)
		}
		if slices.Contains(targets, t) {
			return nil, notes, diag.Usage("name each target once", "--target %s is given twice", t)
		}
		targets = append(targets, t)
	}
	notes.add(h, targets...)
	return targets, notes, nil
}
