package upgrade

import (
	"slices"
	"time"

	"syncguard/internal/schema"
)

// LastDeferral returns the last day on which the devices of a move can be kept from the later version, such as 2026-12-13; ""
// if they cannot be, or if the day the version came out is not known.
func LastDeferral(m Move, c *schema.Catalog) (string, error) {
	out, err := time.Parse(time.DateOnly, m.Platform.ReleaseDate(m.To))
	if err != nil {
		return "", nil // not known
	}
	types, err := c.Payloads("com.apple.applicationaccess")
	if err != nil {
		return "", err
	}
	d, err := c.Declaration("com.apple.configuration.softwareupdate.settings")
	if err != nil {
		return "", err
	}
	if d != nil {
		types = append([]*schema.Type{d}, types...)
	}
	for _, t := range types {
		for _, path := range [][]string{{"Deferrals", "CombinedPeriodInDays"}, {"Deferrals", "MajorPeriodInDays"},
			{"enforcedSoftwareUpdateMajorOSDeferredInstallDelay"}, {"enforcedSoftwareUpdateDelay"}} {
			k := t.Key(path...)
			if k == nil || k.Max == nil || k.Name == schema.Any {
				continue
			}
			blocks := func(l schema.Limit) bool { return l.Obstacle.Blocks() }
			if !slices.ContainsFunc(t.AvailabilityAt(m.Platform, path...).Limits(m.Before()), blocks) {
				return out.AddDate(0, 0, int(*k.Max)).Format(time.DateOnly), nil
			}
		}
	}
	return "", nil
}
