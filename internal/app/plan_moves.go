package app

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/coverage"
	"syncguard/internal/diag"
	"syncguard/internal/target"
	"syncguard/internal/text"
	"syncguard/internal/upgrade"
)

// plannedMoves are the moves of a plan, and whose they are, by index.
type plannedMoves struct {
	all       []upgrade.Move
	profiles  []int
	templates [][]int
	given     []bool // the move was asked for, and not made of a version alone
}

// moves reads --from and --to.
func (p *planning) moves() (*plannedMoves, error) {
	to, err := parseTo(p.options.To)
	if err != nil {
		return nil, err
	}
	versions, targets, err := p.from(to)
	if err != nil {
		return nil, err
	}
	m := &plannedMoves{templates: make([][]int, len(p.templates))}
	for _, d := range targets {
		move, err := to.move(d)
		if err != nil {
			return nil, err
		}
		i := m.add(move, true)
		m.profiles = append(m.profiles, i)
		for n := range m.templates {
			m.templates[n] = append(m.templates[n], i)
		}
	}
	for _, v := range versions {
		p.everywhere(m, v, to)
	}
	if len(m.all) == 0 && !p.options.Inventory.IsSet() {
		return nil, diag.Usage("the new version must be later, such as --from 26 --to 27", "no device goes from %s to %s", orDefault(p.options.From, target.DefaultVersion()), orDefault(p.options.To, target.Version{Major: target.Current}))
	}
	return m, nil
}

func orDefault(given []string, v target.Version) string {
	if len(given) == 0 {
		return v.String()
	}
	return strings.Join(given, ", ")
}

// add adds a move, unless it is there already, and returns its index.
func (m *plannedMoves) add(move upgrade.Move, given bool) int {
	if i := slices.Index(m.all, move); i >= 0 {
		m.given[i] = m.given[i] || given
		return i
	}
	m.all, m.given = append(m.all, move), append(m.given, given)
	return len(m.all) - 1
}

// everywhere adds the moves from a version of every platform: those of a template's own targets, and for files any way of
// install.
func (p *planning) everywhere(m *plannedMoves, from target.Version, to *updates) {
	without := 0
	exists := func(platform target.Platform) (upgrade.Move, bool) {
		v := to.of(platform)
		return upgrade.Move{Platform: platform, From: from, To: v}, platform.CheckReleased(from) == nil && !v.IsZero() && v.Compare(from) > 0
	}
	if len(p.profiles) > 0 || p.options.Catalog {
		for _, platform := range target.SchemaPlatforms() {
			if move, ok := exists(platform); ok {
				m.profiles = append(m.profiles, m.add(move, false))
			} else {
				without++
			}
		}
	}
	for n, t := range p.templates {
		var own []target.Target
		for _, x := range t.spec.Targets {
			own = append(own, x.Value)
		}
		if strings.HasPrefix(t.path, "builtin:") || len(own) == 0 { // it is for anybody
			own = coverage.Grid()
		}
		for _, x := range own {
			move, ok := exists(x.Platform)
			move.Enrollment = x.Enrollment
			if ok && !slices.Contains(m.templates[n], slices.Index(m.all, move)) {
				m.templates[n] = append(m.templates[n], m.add(move, false))
			}
		}
	}
	if without > 0 && len(m.all) > 0 && from.Major < target.DefaultVersion().Major {
		p.host.note(fmt.Sprintf("not every platform has a version %s: name each, such as --from iOS@18 --from macOS@15", from))
	}
}

// from returns the versions without a platform, and the devices named.
func (p *planning) from(to *updates) (versions []target.Version, targets []DeviceCount, err error) {
	given := p.options.From
	switch {
	case p.options.Inventory.IsSet() && len(given) > 0:
		return nil, nil, diag.Usage("leave --from out", "an inventory has its own versions")
	case p.options.Inventory.IsSet():
		targets, err = p.count(to)
		return nil, targets, err
	}
	if len(given) == 0 {
		given = []string{target.DefaultVersion().String()}
	}
	for _, s := range given {
		if isVersion(s) {
			v, err := parseVersion("--from", s)
			if err != nil {
				return nil, nil, err
			}
			versions = append(versions, v)
			continue
		}
		t, err := target.Parse(s)
		switch {
		case err != nil:
			return nil, nil, plannedTargetError("--from", err)
		case !strings.Contains(s, "@"):
			return nil, nil, diag.Usage(fmt.Sprintf("name the installed version, such as --from %s@%s", t.Platform, target.DefaultVersion()), "%s for --from has no version", text.Quote(s))
		case !strings.Contains(s, "/"):
			t.Enrollment = ""
		}
		targets = append(targets, DeviceCount{Target: t})
	}
	return versions, targets, nil
}

// updates are the versions after the update.
type updates struct {
	every target.Version // zero if only some platforms are named
	named map[target.Platform]target.Version
}

// of returns the version after the update; zero for a platform that is not updated.
func (d *updates) of(p target.Platform) target.Version {
	for _, name := range []target.Platform{p, p.Schema()} {
		if v, ok := d.named[name]; ok {
			return v
		}
	}
	if d.every.IsZero() || p.CheckReleased(d.every) != nil {
		return target.Version{}
	}
	return d.every
}

// move returns the move of some devices.
func (d *updates) move(from DeviceCount) (upgrade.Move, error) {
	m := upgrade.Move{Platform: from.Platform, From: from.Version, To: d.of(from.Platform), Enrollment: from.Enrollment, Devices: from.Count}
	switch {
	case m.To.IsZero():
		return m, diag.Usage(fmt.Sprintf("add --to %s@%d", m.Platform, target.Current), "no --to for %s", m)
	case m.To.Compare(m.From) <= 0:
		return m, diag.Usage("the new version must be later than the installed one", "%s does not go to %s", m, m.To)
	}
	return m, nil
}

func parseTo(given []string) (*updates, error) {
	d := &updates{named: map[target.Platform]target.Version{}}
	if len(given) == 0 {
		d.every = target.Version{Major: target.Current}
	}
	for _, s := range given {
		if isVersion(s) {
			v, err := parseVersion("--to", s)
			if err != nil {
				return nil, err
			}
			d.every = v
			continue
		}
		t, err := target.Parse(s)
		switch {
		case err != nil:
			return nil, plannedTargetError("--to", err)
		case strings.Contains(s, "/"):
			return nil, diag.Usage("the enrollment stays: name it in --from", "--to %s has an enrollment", text.Quote(s))
		case !strings.Contains(s, "@"):
			return nil, diag.Usage(fmt.Sprintf("name the new version, such as --to %s@%d", t.Platform, target.Current), "%s for --to has no version", text.Quote(s))
		}
		d.named[t.Platform] = t.Version
	}
	return d, nil
}

// isVersion reports whether a target is a version alone.
func isVersion(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

func parseVersion(flag, s string) (target.Version, error) {
	v, err := target.ParseVersion(s)
	if err == nil {
		err = target.CheckVersion(v)
	}
	if err != nil {
		return v, diag.Usage("want PLATFORM@VERSION[/ENROLLMENT] or VERSION, such as iOS@26/supervised or 26", "%s: %v", flag, err)
	}
	return v, nil
}

// plannedTargetError is a usage error for an invalid --from or --to.
func plannedTargetError(flag string, err error) error {
	return diag.Usage("want PLATFORM@VERSION[/ENROLLMENT] or VERSION, such as iOS@26/supervised or 26", "%s: %v", flag, err)
}
