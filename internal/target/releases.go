package target

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

//go:embed releases.json
var releasesJSON []byte

// releases holds the versions of each platform, and facts tied to versions.
type releases struct {
	Majors     map[Platform][][2]int            // first and last of each unbroken run of major versions
	Closed     map[Platform]map[string]int      // the last minor version, for major ones without further updates
	Supervised struct{ Since map[Platform]int } // since this major version MDM supervises every device, except in User Enrollment
	Dates      struct {
		Of map[Platform]map[string]string
	}
}

var released = sync.OnceValue(func() releases {
	var r releases
	if err := json.Unmarshal(releasesJSON, &r); err != nil {
		panic(fmt.Sprintf("releases.json: %v", err)) // embedded, and read by a test
	}
	return r
})

// plausible is the number of major versions after the last known one that may exist by now: Apple releases one a year.
const plausible = 10

// Majors returns the major versions of the platform known to be released, the newest first.
func (p Platform) Majors() (all []int) {
	for _, run := range slices.Backward(released().Majors[p]) {
		for major := run[1]; major >= run[0]; major-- {
			all = append(all, major)
		}
	}
	return all
}

// ReleaseDate returns the day on which the platform's version came out, such as 2026-09-14, or "" if no source of it is known.
func (p Platform) ReleaseDate(v Version) string { return released().Dates.Of[p][v.String()] }

// SupervisesSince returns the first version on which MDM supervises every device of the platform, except in User Enrollment;
// zero if there is none.
func (p Platform) SupervisesSince() Version { return Version{Major: released().Supervised.Since[p]} }

// CheckReleased returns an error with the nearest versions if the platform never had v. One of the next versions after the
// last known one passes: it may be new.
func (p Platform) CheckReleased(v Version) error { return p.checkReleased(v) }

// checkReleased returns an error with the nearest versions if the platform never had v. One of the next versions after the last
// known one passes: it may be new.
func (p Platform) checkReleased(v Version) error {
	runs := released().Majors[p]
	if len(runs) == 0 {
		return fmt.Errorf("the versions of %s are unknown", p)
	}
	if last := runs[len(runs)-1][1]; v.Major > last+plausible {
		return fmt.Errorf("%s %s was never released; the newest known version is %d", p, v, last)
	} else if v.Major > last {
		return nil
	}
	below := ""
	for _, run := range runs {
		switch {
		case run[1] < v.Major:
			below = p.lastOf(run[1])
		case run[0] > v.Major:
			return neverReleased(p, v, below, strconv.Itoa(run[0]))
		default:
			last, isClosed := released().Closed[p][strconv.Itoa(v.Major)]
			if !isClosed || v.Minor <= last {
				return nil
			}
			return neverReleased(p, v, p.lastOf(v.Major), strconv.Itoa(v.Major+1))
		}
	}
	return nil
}

// lastOf writes a major version, with its minor version if that is the final one.
func (p Platform) lastOf(major int) string {
	if minor, isClosed := released().Closed[p][strconv.Itoa(major)]; isClosed {
		return fmt.Sprintf("%d.%d", major, minor)
	}
	return strconv.Itoa(major)
}

func neverReleased(p Platform, v Version, below, above string) error {
	if below == "" {
		return fmt.Errorf("%s %s was never released; the first version is %s", p, v, above)
	}
	return fmt.Errorf("%s %s was never released; the nearest versions are %s and %s", p, v, below, above)
}

// CheckVersion returns an error with the nearest versions if no platform ever had v.
func CheckVersion(v Version) error {
	var nearest error
	for _, p := range Platforms() {
		err := p.checkReleased(v)
		if err == nil {
			return nil
		}
		if nearest == nil {
			nearest = err
		}
	}
	return nearest
}

// Effective returns the enrollment in force: an MDM supervises every Mac and every watch, so Device means Supervised there.
// releases.json has the versions, with Apple's pages.
func (t Target) Effective() Enrollment {
	if t.Enrollment == Device && t.SupervisesAll() {
		return Supervised
	}
	return t.Enrollment
}

// SupervisesAll is true if MDM supervises every device of the platform and version, except in User Enrollment.
func (t Target) SupervisesAll() bool {
	since, some := released().Supervised.Since[t.Platform]
	return some && t.Version.Major >= since
}

// IsSupervised is true for supervised devices.
func (t Target) IsSupervised() bool { return t.Effective().IsSupervised() }

// ReadAs returns a sentence for a target with another Effective enrollment, or "".
func (t Target) ReadAs() string {
	e := t.Effective()
	if e == t.Enrollment {
		return ""
	}
	return fmt.Sprintf("%s/%s counts as %s/%s: MDM supervises every device since version %d",
		t.Platform, t.Enrollment, t.Platform, e, released().Supervised.Since[t.Platform])
}
