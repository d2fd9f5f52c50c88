package lint

import (
	"slices"

	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// typeStanding returns how a type stands on each target, or nil where nothing is known of it. A platform that a type with
// any statement leaves out is one that it is not on.
func (p *profile) typeStanding(t *schema.Type) []schema.Availability {
	if len(t.Availability) == 0 {
		return nil
	}
	standing := make([]schema.Availability, len(p.targets))
	for i, on := range p.targets {
		stated, ok := t.Availability[on.Platform.Schema()]
		standing[i] = stated
		standing[i].NotAvailable = stated.NotAvailable || !ok
	}
	return standing
}

// resolve puts what a key states over its parent's standing, for each target.
func (p *profile) resolve(parent []schema.Availability, own schema.Availabilities) []schema.Availability {
	if len(own) == 0 {
		return parent
	}
	standing := make([]schema.Availability, len(p.targets))
	copy(standing, parent)
	for i, t := range p.targets {
		standing[i] = standing[i].Override(own[t.Platform.Schema()])
	}
	return standing
}

// effect is one obstacle on one target.
type effect struct {
	schema.Limit
	target target.Target
}

// newEffects returns the obstacles on each target that its parent does not have already.
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

// isVoid says whether nothing is left on the target to say more about.
func isVoid(limits []schema.Limit) bool {
	return hasObstacle(limits, schema.NotOnPlatform) || hasObstacle(limits, schema.Removed)
}

func hasObstacle(limits []schema.Limit, o schema.Obstacle) bool {
	return slices.ContainsFunc(limits, func(l schema.Limit) bool { return l.Obstacle == o })
}
