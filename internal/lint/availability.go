package lint

import (
	"slices"
	"sync"
	"sync/atomic"

	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// available is the availability of a type or a key for a list of targets. It is kept for the next profile, and read-only.
type available struct {
	on      []schema.Availability // by target; nil if unknown
	effects []effect              // its own obstacles, without those of its parent
	keys    sync.Map              // of a key inside, by *schema.Key: *available
}

// availability computes the availability for some targets, and keeps it: most profiles have the same types and keys.
type availability struct {
	targets []target.Target
	unknown available
	types   sync.Map // by *schema.Type: *available
	kept    atomic.Int32
}

// maxKept bounds the memory: a recursive schema has a key at any depth.
const maxKept = 10_000

// maxTargetLists bounds the lists of targets of one Checker that are kept.
const maxTargetLists = 100

// availabilityOn returns the availability for some targets.
func (c *Checker) availabilityOn(targets []target.Target) *availability {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, a := range c.available {
		if slices.Equal(a.targets, targets) {
			return a
		}
	}
	a := &availability{targets: slices.Clone(targets)}
	if len(c.available) < maxTargetLists {
		c.available = append(c.available, a)
	}
	return a
}

// ofType returns the availability of a type. A type with any statement does not exist on the platforms it leaves out.
func (a *availability) ofType(t *schema.Type) *available {
	if len(t.Availability) == 0 || len(a.targets) == 0 {
		return &a.unknown
	}
	return a.keep(&a.types, t, func() *available {
		on := make([]schema.Availability, len(a.targets))
		for i, target := range a.targets {
			stated, ok := t.Availability[target.Platform.Schema()]
			on[i] = stated
			on[i].NotAvailable = stated.NotAvailable || !ok
		}
		return &available{on: on, effects: newEffects(nil, on, a.targets)}
	})
}

// ofKey returns the availability of a key: its parent's, which may be nil, with its own statements over it.
func (a *availability) ofKey(parent *available, k *schema.Key) *available {
	if parent == nil {
		parent = &a.unknown
	}
	if len(k.Availability) == 0 || len(a.targets) == 0 {
		return parent
	}
	return a.keep(&parent.keys, k, func() *available {
		on := make([]schema.Availability, len(a.targets))
		copy(on, parent.on)
		for i, target := range a.targets {
			on[i] = on[i].Override(k.Availability[target.Platform.Schema()])
		}
		return &available{on: on, effects: newEffects(parent.on, on, a.targets)}
	})
}

// keep returns what is kept, or computes it.
func (a *availability) keep(in *sync.Map, key any, compute func() *available) *available {
	if known, ok := in.Load(key); ok {
		return known.(*available)
	}
	made := compute()
	if a.kept.Add(1) <= maxKept {
		in.Store(key, made)
	}
	return made
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
