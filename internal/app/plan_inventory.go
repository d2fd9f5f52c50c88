package app

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/inventory"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// maxKinds bounds the kinds of devices in a plan: platform, version and way of install.
const maxKinds = 1000

// PlannedInventory is the list of devices that a plan is for.
type PlannedInventory struct {
	Name       string                `json:"name"`       // the file, stdin, or the server
	Understood *inventory.Understood `json:"understood"` // as what it was read
	Devices    int                   `json:"devices"`    // in the list
	Planned    int                   `json:"planned"`    // go to a later version
	Updated    int                   `json:"updated"`    // have that version, or a later one
	Aside      int                   `json:"aside"`      // of platforms without `--to`
	Incomplete []PlannedLack         `json:"incomplete"` // devices whose rows say too little
}

// PlannedLack counts devices whose rows say too little.
type PlannedLack struct {
	Lack    inventory.Lack `json:"lack"` // `fields`, `platform`, `not-apple`, `contradicts`, `unmanaged`, `version`, `unreleased`, `enrollment`, `supervised`
	Devices int            `json:"devices"`
	Help    string         `json:"help,omitempty"` // what to do about it
}

// count reads the inventory, and returns the devices that go to a later version, by kind. A third number of a version is left out:
// hardly any setting depends on it.
func (p *planning) count(to *updates) ([]DeviceCount, error) {
	o := p.options.Inventory
	reader, done, err := p.host.openInventory(p.ctx, o)
	if err != nil {
		return nil, err
	}
	defer done()
	r := &PlannedInventory{Name: o.Path, Incomplete: []PlannedLack{}}
	switch {
	case o.From != "":
		r.Name = o.From
	case o.Path == "-":
		r.Name = "stdin"
	}
	counts, lacks := map[target.Target]int{}, map[inventory.Lack]int{}
	for d, err := range eachDevice(p.ctx, reader) {
		if err != nil {
			return nil, err
		}
		r.Devices++
		t := d.Target
		switch v := to.of(t.Platform); {
		case d.Lacks != "":
			lacks[d.Lacks]++
			continue
		case v.IsZero():
			r.Aside++
			continue
		case v.Compare(t.Version) <= 0:
			r.Updated++
			continue
		}
		t.Version.Patch = 0
		if counts[t]++; len(counts) > maxKinds {
			return nil, diag.WithHint(fmt.Errorf("%s has more than %s kinds of devices", r.Name, text.Number(maxKinds)), "plan for some of them, such as one platform")
		}
		r.Planned++
	}
	for _, l := range inventory.Lacks() {
		if lacks[l] > 0 {
			r.Incomplete = append(r.Incomplete, PlannedLack{l, lacks[l], l.Help()})
		}
	}
	r.Understood = reader.Understood()
	p.result.Inventory = r
	var devices []DeviceCount
	for _, t := range slices.SortedFunc(maps.Keys(counts), compareTargets) {
		devices = append(devices, DeviceCount{t, counts[t]})
	}
	return devices, nil
}

// compareTargets orders devices by platform, version and enrollment.
func compareTargets(a, b target.Target) int {
	return cmp.Or(slices.Index(target.Platforms(), a.Platform)-slices.Index(target.Platforms(), b.Platform), a.Version.Compare(b.Version),
		slices.Index(target.Enrollments(), a.Enrollment)-slices.Index(target.Enrollments(), b.Enrollment))
}
