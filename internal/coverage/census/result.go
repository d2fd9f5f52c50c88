package census

import (
	"cmp"
	"slices"

	"syncguard/internal/coverage"
	"syncguard/internal/intent"
	"syncguard/internal/inventory"
	"syncguard/internal/target"
)

// Result is the counts of an inventory.
type Result struct {
	Devices     int           `json:"devices"`               // in the inventory
	Counted     int           `json:"counted"`               // those whose row says enough: each is in one count of every setting
	Unserved    int           `json:"unserved"`              // of those, the ones that no target of the template is for
	Wanted      []Wanted      `json:"wanted"`                // targets that the template lacks, so that all devices have one; the one for the most devices first
	Kinds       []Kind        `json:"kinds"`                 // the counted devices by platform, major version and enrollment
	MoreKinds   int           `json:"moreKinds,omitempty"`   // devices of kinds beyond the 500 in `kinds`
	Incomplete  []Incomplete  `json:"incomplete"`            // the devices that were not counted
	Subjects    []Subject     `json:"settings"`              // the intents or keys
	Steps       []CountedStep `json:"steps"`                 // what would do more, the step for the most devices first
	By          By            `json:"by,omitempty"`          // what `groups` are: `group`, `model`, `os`, `platform`, `enrollment`
	Groups      []Group       `json:"groups,omitempty"`      // with `--by`: the largest group first; a device may be in several
	MoreGroups  int           `json:"moreGroups,omitempty"`  // groups left out: there are bounds on what is kept
	MoreDevices int           `json:"moreDevices,omitempty"` // devices in groups left out
}

// Wanted is a target for devices without one.
type Wanted struct {
	Target  target.Target `json:"target"`  // PLATFORM@VERSION/ENROLLMENT, with the oldest version of the devices
	Devices int           `json:"devices"` // how many it is for
}

// wanted joins the kinds of devices without a target: by platform and enrollment, with the oldest version.
func wanted(kinds []Kind) []Wanted {
	all := []Wanted{}
	for _, k := range kinds {
		if k.Unserved == 0 {
			continue
		}
		i := slices.IndexFunc(all, func(w Wanted) bool {
			return w.Target.Platform == k.Target.Platform && w.Target.Enrollment == k.Target.Enrollment
		})
		if i < 0 {
			all = append(all, Wanted{k.Target, k.Unserved})
			continue
		}
		all[i].Devices += k.Unserved
		if k.Target.Version.Compare(all[i].Target.Version) < 0 {
			all[i].Target.Version = k.Target.Version
		}
	}
	slices.SortStableFunc(all, func(a, b Wanted) int { return b.Devices - a.Devices })
	return all
}

// Kind is devices of one platform, major version and enrollment.
type Kind struct {
	Target   target.Target `json:"target"`   // PLATFORM@VERSION/ENROLLMENT
	Devices  int           `json:"devices"`  // how many
	Unserved int           `json:"unserved"` // those that no target of the template is for
}

// Incomplete is devices whose rows say too little.
type Incomplete struct {
	Reason  inventory.Lack `json:"reason"`         // `fields`, `platform`, `not-apple`, `contradicts`, `version`, `unreleased`, `unmanaged`, `enrollment`, `supervised`
	Meaning string         `json:"meaning"`        // the same in words
	Help    string         `json:"help,omitempty"` // what to do about it
	Devices int            `json:"devices"`        // how many
	First   []Row          `json:"first"`          // the first five of them
}

// Row is a row of the inventory.
type Row struct {
	Row     int    `json:"row"`               // its number; in CSV the header is row 1
	Serial  string `json:"serial"`            // serial number; may be empty
	Name    string `json:"name"`              // may be empty
	Because string `json:"because,omitempty"` // the values that were not understood
}

// Counts is devices by effect. Each is in one of them.
type Counts struct {
	Enforced int `json:"enforced"` // devices of each class, as in `coverage`
	Locked   int `json:"locked"`
	Preset   int `json:"preset"`
	Manual   int `json:"manual"`
	None     int `json:"none"`    // devices on which it has no effect, though their OS has it
	Missing  int `json:"missing"` // devices whose platform or version has no such payload, declaration or key
}

// Effects lists the effects of Counts, strongest first.
func Effects() []intent.Class { return append(intent.Classes(), coverage.Missing) }

func rank(c intent.Class) int { return slices.Index(Effects(), c) }

// Of returns the number of one effect.
func (c *Counts) Of(class intent.Class) int {
	if n := c.at(class); n != nil {
		return *n
	}
	return 0
}

func (c *Counts) add(class intent.Class, n int) { *c.at(class) += n }

func (c *Counts) at(class intent.Class) *int {
	switch class {
	case intent.Enforced:
		return &c.Enforced
	case intent.Locked:
		return &c.Locked
	case intent.Preset:
		return &c.Preset
	case intent.Manual:
		return &c.Manual
	case coverage.Missing:
		return &c.Missing
	}
	return &c.None
}

// Subject is the counts of one intent or key.
type Subject struct {
	Setting string `json:"setting"`         // key of the intent, such as `date-time`; TYPE.KEY for a key
	File    string `json:"file,omitempty"`  // for a key: its file; for an intent: its template, if there are several
	Value   string `json:"value,omitempty"` // for a boolean key: `true` or `false`
	Title   string `json:"-"`               // for people: an intent, or the key below its type with its value
	IsKey   bool   `json:"-"`
	Counts
	Reasons []Reason `json:"reasons"` // why, the strongest class first
	Raises  []Raise  `json:"raises"`  // what would do more; a device may be in several
}

// Reason is devices with one effect for one reason.
type Reason struct {
	Class     intent.Class  `json:"class"`     // `enforced`, `locked`, `preset`, `manual`, `none`, `missing`
	Devices   int           `json:"devices"`   // how many
	Condition string        `json:"condition"` // conditions of the class, separated by semicolons; may be empty
	Verified  bool          `json:"verified"`  // the class and its condition rest on Apple's word alone
	Notes     []intent.Note `json:"notes"`     // the conditions one by one
	Source    string        `json:"source"`    // source of the class; may be empty
}

func (s *Subject) addReason(e *effect, n int) {
	for i := range s.Reasons {
		r := &s.Reasons[i]
		if r.Class == e.class && r.Condition == e.condition && r.Source == e.source && r.Verified == e.verified {
			r.Devices += n
			return
		}
	}
	s.Reasons = append(s.Reasons, Reason{e.class, n, e.condition, e.verified, e.notes, e.source})
}

// Raise is devices on which a setting would do more after a step.
type Raise struct {
	Step
	Class   intent.Class `json:"class"`             // the effect then
	Again   bool         `json:"again"`             // the profile has to be delivered again after the upgrade (community)
	Devices int          `json:"devices,omitempty"` // how many
}

func (s *Subject) addRaise(x Raise, n int) {
	for i := range s.Raises {
		r := &s.Raises[i]
		if x.Devices = r.Devices; *r == x {
			r.Devices += n
			return
		}
	}
	x.Devices = n
	s.Raises = append(s.Raises, x)
}

// Group is the devices of one group.
type Group struct {
	Name     string         `json:"name"`     // empty for devices in none
	Devices  int            `json:"devices"`  // how many
	Subjects []GroupSubject `json:"settings"` // the intents or keys
}

// GroupSubject is the counts of one intent or key in a group.
type GroupSubject struct {
	Setting string `json:"setting"` // this and the next as above
	File    string `json:"file,omitempty"`
	Value   string `json:"value,omitempty"`
	Counts
}

func compareRaises(a, b Raise) int {
	return cmp.Or(cmp.Compare(b.Devices, a.Devices), a.compare(b.Step), cmp.Compare(rank(a.Class), rank(b.Class)))
}
