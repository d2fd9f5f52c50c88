package lint

import (
	"slices"

	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// typeAvailability returns the availability of a type on each target, nil if unknown. A type with any statement does not
// exist on the platforms it leaves out.
func (p *profile) typeAvailability(t *schema.Type) []schema.Availability {
	if len(t.Availability) == 0 {
		return nil
	}
	available := make([]schema.Availability, len(p.targets))
	for i, on := range p.targets {
		stated, ok := t.Availability[on.Platform.Schema()]
		available[i] = stated
		available[i].NotAvailable = stated.NotAvailable || !ok
	}
	return available
}

// resolve overrides the parent's availability with a key's own statements, for each target.
func (p *profile) resolve(parent []schema.Availability, own schema.Availabilities) []schema.Availability {
	if len(own) == 0 {
		return parent
	}
	available := make([]schema.Availability, len(p.targets))
	copy(available, parent)
	for i, t := range p.targets {
		available[i] = available[i].Override(own[t.Platform.Schema()])
	}
	return available
}

// effect is one obstacle on one target.
type effect struct {
	schema.Limit
	target target.Target
}

// newEffects returns the obstacles on each target, without those of the parent.
func newEffects(parent, own []schema.Availability, targets []target.Target) []effect {
	var effects []effect
	for i, a := range own {
		var above []schema.Limit
		if parent != nil {
			above = parent[i].Limits(targets[i])
		}
		if isVoid(above) {
			continue
		}
		for _, l := range a.Limits(targets[i]) {
			if !hasObstacle(above, l.Obstacle) {
				effects = append(effects, effect{l, targets[i]})
			}
		}
	}
	return effects
}

// isVoid reports whether something does not exist on a target at all, so that other obstacles do not matter.
func isVoid(limits []schema.Limit) bool {
	return hasObstacle(limits, schema.NotOnPlatform) || hasObstacle(limits, schema.Removed)
}

func hasObstacle(limits []schema.Limit, o schema.Obstacle) bool {
	return slices.ContainsFunc(limits, func(l schema.Limit) bool { return l.Obstacle == o })
}
