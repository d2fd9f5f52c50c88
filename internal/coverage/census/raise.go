package census

import (
	"cmp"
	"slices"

	"syncguard/internal/intent"
	"syncguard/internal/target"
)

// Way is a change of management.
type Way string

// The ways. The zero value changes nothing.
const (
	Supervise           Way = "supervise"                    // the device is supervised
	Enroll              Way = "enroll"                       // an MDM server installs the profile
	EnrollSupervised    Way = "enroll-supervised"            // both
	DeviceEnroll        Way = "device-enrollment"            // in place of User Enrollment
	DeviceEnrollAndMore Way = "device-enrollment-supervised" // the same, and the device is supervised
	OneUser             Way = "not-shared"                   // an iPad, supervised, without Shared iPad
)

// ways lists the changes to devices of an enrollment, the least one first. A change with others in it follows them.
func ways(t target.Target) []move {
	switch t.Effective() {
	case target.Manual:
		return []move{{Enroll, target.Device}, {Supervise, target.ManualSupervised}, {EnrollSupervised, target.Supervised}}
	case target.ManualSupervised:
		return []move{{Enroll, target.Supervised}}
	case target.Device:
		return []move{{Supervise, target.Supervised}}
	case target.User:
		return []move{{DeviceEnroll, target.Device}, {DeviceEnrollAndMore, target.Supervised}}
	case target.SharedIPad:
		return []move{{OneUser, target.Supervised}}
	case target.Supervised:
	}
	return nil
}

// move is a way, and the enrollment at its end.
type move struct {
	way Way
	to  target.Enrollment
}

// Step is a change to devices: of management, of the version, or both.
type Step struct {
	Way      Way             `json:"way,omitempty"`      // `supervise`, `enroll` (an MDM server installs the profile), `enroll-supervised` (both), `device-enrollment` (in place of User Enrollment), `device-enrollment-supervised`, `not-shared` (without Shared iPad); absent for an upgrade alone
	Platform target.Platform `json:"platform,omitempty"` // with `version`
	Version  target.Version  `json:"version,omitzero"`   // an upgrade to this version or a later one
}

// CountedStep is a step for a number of devices.
type CountedStep struct {
	Step
	Devices int `json:"devices"` // on how many a setting does more then; each counts once
}

func (s Step) compare(t Step) int {
	return cmp.Or(cmp.Compare(s.Platform, t.Platform), s.Version.Compare(t.Version), cmp.Compare(s.Way, t.Way))
}

// IsUpgrade is true with a version.
func (s Step) IsUpgrade() bool { return !s.Version.IsZero() }

// raises returns the steps from a target to stronger classes of a row, by evaluating it there: a way alone, an upgrade alone, and both
// together only if they do more than each alone. Of several versions the smallest one counts. A step to Manual is none: it is not
// the profile that does it.
func (r *rows) raises(row int, t target.Target) ([]Raise, error) {
	kind, err := r.kind(row, t)
	if err != nil {
		return nil, err
	}
	all, known := r.better[row][kind]
	if !known {
		if all, err = r.findRaises(row, kind); err == nil {
			r.better[row][kind] = all
		}
	}
	return all, err
}

func (r *rows) findRaises(row int, kind target.Target) (all []Raise, err error) {
	e, err := r.effect(row, kind)
	if err != nil || e.class == intent.Enforced {
		return nil, err
	}
	best := weakest(e.class)
	add := func(s Step, to target.Target, floor intent.Class) intent.Class {
		then, failed := r.effect(row, to)
		if err = cmp.Or(err, failed); err != nil || !intent.Stronger(weakest(then.class), floor) || !intent.Stronger(weakest(then.class), intent.Manual) {
			return floor
		}
		all = append(all, Raise{Step: s, Class: then.class, Again: s.IsUpgrade() && e.again})
		return then.class
	}
	moves := ways(kind)
	strongest := best // by a way alone
	for _, m := range moves {
		floor := best
		if includes(m.way) {
			floor = strongest
		}
		strongest = stronger(strongest, add(Step{Way: m.way}, with(kind, m.to, kind.Version), floor))
	}
	later, failed := r.spans[row].after(kind)
	if err = cmp.Or(err, failed); err != nil {
		return nil, err
	}
	upgraded := best
	for _, v := range later {
		upgraded = add(Step{Platform: kind.Platform, Version: v}, with(kind, kind.Enrollment, v), upgraded)
	}
	floor := stronger(strongest, upgraded)
	for _, m := range moves {
		for _, v := range later {
			floor = add(Step{Way: m.way, Platform: kind.Platform, Version: v}, with(kind, m.to, v), floor)
		}
	}
	return all, err
}

// includes is true for a way that consists of others.
func includes(w Way) bool { return w == EnrollSupervised || w == DeviceEnrollAndMore }

func with(t target.Target, e target.Enrollment, v target.Version) target.Target {
	return target.Target{Platform: t.Platform, Version: v, Enrollment: e}
}

// weakest returns a class that intent.Stronger knows.
func weakest(c intent.Class) intent.Class {
	if slices.Contains(intent.Classes(), c) {
		return c
	}
	return intent.None
}

func stronger(a, b intent.Class) intent.Class {
	if intent.Stronger(a, b) {
		return a
	}
	return b
}

// countSteps counts the devices of each step, whatever the number of settings that do more.
func (cs *Census) countSteps() ([]CountedStep, error) {
	all, at := []CountedStep{}, map[Step]int{}
	for _, c := range cs.order {
		counted := map[int]bool{}
		for row := range cs.rows.subjects {
			raises, err := cs.rows.raises(row, c.target)
			if err != nil {
				return nil, err
			}
			for _, x := range raises {
				i, known := at[x.Step]
				if !known {
					i = len(all)
					at[x.Step], all = i, append(all, CountedStep{Step: x.Step})
				}
				counted[i] = true
			}
		}
		for i := range counted {
			all[i].Devices += c.devices
		}
	}
	slices.SortFunc(all, func(a, b CountedStep) int { return cmp.Or(cmp.Compare(b.Devices, a.Devices), a.compare(b.Step)) })
	return all, nil
}
