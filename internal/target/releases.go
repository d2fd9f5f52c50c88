package target

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
)

//go:embed releases.json
var releasesJSON []byte

// releases are the versions that exist, and what holds of a platform from a version on.
type releases struct {
	Majors     map[Platform][][2]int            // first and last of each unbroken run of major versions
	Closed     map[Platform]map[string]int      // the last minor version of a major one that gets no more
	Supervised struct{ Since map[Platform]int } // the major version from which on MDM supervises every device, User Enrollment apart
}

var released = sync.OnceValue(func() releases {
	var r releases
	if err := json.Unmarshal(releasesJSON, &r); err != nil {
		panic(fmt.Sprintf("releases.json: %v", err)) // it is embedded, and a test reads it
	}
	return r
})

// exists returns an error that names the nearest versions where a platform never had v. A version above the last one known
// may be new.
func (p Platform) exists(v Version) error {
	runs := released().Majors[p]
	if last := runs[len(runs)-1][1]; v.Major > last {
		return nil
	}
	below := ""
	for _, run := range runs {
		switch {
		case run[1] < v.Major:
			below = p.last(run[1])
		case run[0] > v.Major:
			return neverReleased(p, v, below, strconv.Itoa(run[0]))
		default:
			last, isClosed := released().Closed[p][strconv.Itoa(v.Major)]
			if !isClosed || v.Minor <= last {
				return nil
			}
			return neverReleased(p, v, p.last(v.Major), strconv.Itoa(v.Major+1))
		}
	}
	return nil
}

// last writes a major version with the last minor one where there will be no other.
func (p Platform) last(major int) string {
	if minor, isClosed := released().Closed[p][strconv.Itoa(major)]; isClosed {
		return fmt.Sprintf("%d.%d", major, minor)
	}
	return strconv.Itoa(major)
}

func neverReleased(p Platform, v Version, below, above string) error {
	if below == "" {
		return fmt.Errorf("there was no %s %s: the first version is %s", p, v, above)
	}
	return fmt.Errorf("there was no %s %s: the nearest versions are %s and %s", p, v, below, above)
}

// CheckVersion returns an error that names the nearest versions where no platform ever had v.
func CheckVersion(v Version) error {
	var nearest error
	for _, p := range Platforms() {
		err := p.exists(v)
		if err == nil {
			return nil
		}
		if nearest == nil {
			nearest = err
		}
	}
	return nearest
}

// Effective returns the enrollment whose rules hold: an MDM supervises every Mac and every watch, so that Device is
// Supervised there. The versions are in releases.json, with Apple's pages.
func (t Target) Effective() Enrollment {
	if t.Enrollment == Device && t.SupervisesAll() {
		return Supervised
	}
	return t.Enrollment
}

// SupervisesAll reports whether MDM supervises every device of the platform and version, but for User Enrollment.
func (t Target) SupervisesAll() bool {
	since, some := released().Supervised.Since[t.Platform]
	return some && t.Version.Major >= since
}

// IsSupervised reports whether the devices are supervised.
func (t Target) IsSupervised() bool { return t.Effective().IsSupervised() }

// ReadAs says that a target counts as another enrollment than it names, or "".
func (t Target) ReadAs() string {
	e := t.Effective()
	if e == t.Enrollment {
		return ""
	}
	return fmt.Sprintf("%s/%s is read as %s/%s: MDM supervises every device from version %d on",
		t.Platform, t.Enrollment, t.Platform, e, released().Supervised.Since[t.Platform])
}
