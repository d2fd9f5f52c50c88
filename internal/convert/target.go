package convert

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/lint"
	"syncguard/internal/rules"
	"syncguard/internal/target"
	"syncguard/profiles"
)

// chooseTarget chooses the target with the most effect, the first of several.
func (a *draft) chooseTarget() error {
	var found [][]diag.Diagnostic
	candidates := a.targetCandidates()
	best := 0
	for i, t := range candidates {
		f, err := a.effectFindings(t)
		if err != nil {
			return err
		}
		found = append(found, f)
		if a.cost(t, f) < a.cost(candidates[best], found[best]) {
			best = i
		}
	}
	a.target = candidates[best]
	for _, d := range found[0] {
		stays := func(other diag.Diagnostic) bool { return other.Rule == d.Rule && slices.Equal(other.Path, d.Path) }
		if best > 0 && d.Severity >= diag.Warning && !slices.ContainsFunc(found[best], stays) {
			a.targetReasons = append(a.targetReasons, fmt.Sprintf("Not %s: %s.", shortTarget(candidates[0]), d.Message))
			break
		}
	}
	return nil
}

// effectFindings returns the findings about parts without effect on a target.
func (a *draft) effectFindings(t target.Target) ([]diag.Diagnostic, error) {
	check := a.converter.check.Check
	if a.isDeclaration {
		check = a.converter.check.CheckDeclaration
	}
	return check(a.root, []target.Target{t}, lint.Options{Groups: []rules.Group{rules.Effect}})
}

// cost counts findings; an error counts more than any number of warnings. Rare targets cost extra.
func (a *draft) cost(t target.Target, found []diag.Diagnostic) int {
	n := 0
	// only these: most profiles are for them
	if t.Platform != target.MacOS && t.Platform != target.IOS && t.Platform != a.Likely || t.Enrollment == target.User || t.Enrollment == target.SharedIPad {
		n = 10_000
	}
	for _, d := range found {
		switch d.Severity {
		case diag.Error:
			n += 1_000_000
		case diag.Warning:
			n++
		}
	}
	return n
}

// targetCandidates lists possible targets, the likely ones first. Declarations need a server.
func (a *draft) targetCandidates() []target.Target {
	platforms := []target.Platform{target.MacOS, target.IOS, target.TvOS, target.VisionOS, target.WatchOS}
	switch device := profiles.DeviceTypeOf(a.root); {
	case device.Platform() != "":
		platforms = []target.Platform{device.Platform()}
		a.targetReasons = append(a.targetReasons, fmt.Sprintf("TargetDeviceType is %d.", device))
	case len(a.Platforms) > 0:
		platforms = a.Platforms
	case a.Likely != "" && a.Likely != platforms[0]:
		platforms = append([]target.Platform{a.Likely}, slices.DeleteFunc(platforms, func(p target.Platform) bool { return p == a.Likely })...)
		a.targetReasons = append(a.targetReasons, fmt.Sprintf("The file is in a folder for %s.", a.Likely))
	}
	enrollments := []target.Enrollment{target.Manual, target.Supervised, target.SharedIPad, target.User}
	if a.Managed {
		enrollments[0], enrollments[1] = target.Supervised, target.Manual
	}
	var all []target.Target
	for _, e := range enrollments {
		for _, p := range platforms {
			t, err := target.Parse(fmt.Sprintf("%s/%s", p, e))
			if err == nil && (e.IsMDM() || !a.isDeclaration) {
				all = append(all, t)
			}
		}
	}
	return all
}

// shortTarget leaves out the version, since it is the default one.
func shortTarget(t target.Target) string {
	return strings.Replace(t.String(), "@"+t.Version.String(), "", 1)
}
