package schema

import (
	"regexp"
	"strings"
	"sync"

	"syncguard/internal/target"
)

// Sources are commits, without an order of their own. They compare by the release they belong to, as a version of iOS.

// firstYear is the first version all platforms share.
const firstYear = 26

// asIOS returns the version of iOS released with a platform's version, to compare platforms.
func asIOS(p target.Platform, v target.Version) target.Version {
	if v.IsZero() || v.Major >= firstYear {
		return v
	}
	switch p {
	case target.IOS, target.IPadOS, target.TvOS: // numbered alike
	case target.MacOS:
		if v.Major == 10 {
			return target.Version{Major: max(v.Minor-2, 1)}
		}
		v.Major += 3
	case target.WatchOS:
		v.Major += 7
	case target.VisionOS:
		v.Major += 16
	}
	return v
}

func later(v, w target.Version) target.Version {
	if v.Compare(w) < 0 {
		return w
	}
	return v
}

var (
	statedRelease = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]{1,2}(?:\.[0-9]+){0,2})(?: |$)`) })
	statedCommit  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\b[0-9a-f]{7,40}\b`) })
)

// statedIn returns the release a source's version states, such as 27 of "27 beta (97a11a861f4e)", or zero.
func statedIn(version string) target.Version {
	m := statedRelease().FindStringSubmatch(version)
	if m == nil {
		return target.Version{}
	}
	v, err := target.ParseVersion(m[1])
	if err != nil {
		return target.Version{}
	}
	return v
}

// isApples reports whether a source is Apple's repository or documentation.
func (s Source) isApples() bool { return s.Name == AppleSource || s.Name == "developer.apple.com" }

// release returns the newest release a type's facts belong to, or zero if no source of Apple's tells. A type of
// ProfileManifests has none: its versions are dates.
func (c *Catalog) release(file string, t *Type) (target.Version, error) {
	if c.layer != nil {
		return c.layer.releaseOf(file)
	}
	var newest target.Version
	apples := false
	for _, s := range t.Sources {
		if s.isApples() {
			apples = true
			newest = later(newest, statedIn(s.Version))
		}
	}
	if !newest.IsZero() || !apples {
		return newest, nil
	}
	x, err := c.index()
	if err != nil {
		return newest, err
	}
	return later(x.newest, newestOf(t)), nil
}

// releaseOf returns the later release of the two definitions.
func (l *layer) releaseOf(file string) (target.Version, error) {
	var newest target.Version
	base, err := unlessMissing(l.base.load(file))
	if err != nil {
		return newest, err
	}
	if base != nil {
		if newest, err = l.base.release(file, base); err != nil {
			return newest, err
		}
	}
	overFile, err := l.overFile(file)
	if err != nil {
		return newest, err
	}
	over, err := unlessMissing(l.over.load(overFile))
	if err != nil || over == nil {
		return newest, err
	}
	release, err := l.release()
	return later(newest, release), err
}

// readRelease returns the release of a whole checkout: the one stated with it; or else the one base knows its commit
// by; or else the newest it introduces a type or key in. A checkout of ProfileManifests has none.
func (l *layer) readRelease() (target.Version, error) {
	high, err := l.over.index()
	if err != nil {
		return target.Version{}, err
	}
	low, err := l.base.index()
	if err != nil {
		return target.Version{}, err
	}
	apples := false
	for _, s := range high.sources {
		if !s.isApples() {
			continue
		}
		apples = true
		if v := statedIn(s.Version); !v.IsZero() {
			return v, nil
		}
		commit := statedCommit().FindString(s.Version)
		for _, known := range low.sources {
			if other := statedCommit().FindString(known.Version); commit != "" && other != "" && known.Name == s.Name &&
				(strings.HasPrefix(commit, other) || strings.HasPrefix(other, commit)) && !statedIn(known.Version).IsZero() {
				return statedIn(known.Version), nil
			}
		}
	}
	if !apples {
		return target.Version{}, nil
	}
	newest := high.newest
	for _, e := range high.entries {
		for platform, l := range e.Platforms {
			newest = later(newest, asIOS(platform, l.Introduced))
		}
	}
	return newest, nil
}

// newestOf returns the newest release a type or one of its keys is introduced in, leaving out keys of a community.
func newestOf(t *Type) target.Version {
	newest := newestIn(t.Availability)
	eachNode(t.Tree(), func(n *Node) {
		if !n.Community {
			newest = later(newest, newestIn(n.Availability))
		}
	})
	return newest
}

func newestIn(as Availabilities) target.Version {
	var newest target.Version
	for platform, a := range as {
		newest = later(newest, asIOS(platform, a.Introduced))
	}
	return newest
}
