package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/baseline"
	"syncguard/internal/coverage"
	"syncguard/internal/hints"
	"syncguard/internal/target"
)

// Handout is what a build means, for people who did not run it: those who decide, those who deliver, and those who hold the
// devices. Text of templates in it is not trusted.
type Handout struct {
	Build *Build
	Parts []HandoutPart
}

// HandoutPart is the handout of one template.
type HandoutPart struct {
	Template     string
	Name         string // display name of the profiles
	Organization string
	Languages    []string // BCP 47, never empty
	Profiles     []Profile
	Matrix       *coverage.Matrix
	Resolvers    []Endpoint
}

// Endpoint is what devices must reach.
type Endpoint struct {
	Host, Port string
	For        string
	Evidence   baseline.Evidence
}

// appleNetworks is Apple's own list of hosts and ports, which counts where this one differs.
const appleNetworks = "https://support.apple.com/101555"

// endpoints are what iCloud and the clock need, whatever a profile sets.
func endpoints() []Endpoint {
	return []Endpoint{
		{"*.icloud.com, *.icloud-content.com, *.apple-cloudkit.com", "443 TCP", "iCloud", baseline.Community},
		{"captive.apple.com", "443 and 80 TCP", "finding out whether a network has a sign-in page", baseline.Apple},
		{"time.apple.com, time-ios.apple.com, time-macos.apple.com", "123 UDP", "the clock", baseline.Apple},
	}
}

// Endpoints are all that the devices of a part must reach.
func (p HandoutPart) Endpoints() []Endpoint { return append(endpoints(), p.Resolvers...) }

// shared is one line of the summary: what becomes of an intent on how many targets.
type shared struct {
	Title  string
	Counts []classCount
}

type classCount struct {
	Class   string
	Count   int
	Percent int // of the targets, for the width of a bar
	Targets string
}

// summary counts, for each intent, the targets of each class.
func (p HandoutPart) summary() []shared {
	var all []shared
	for _, name := range baseline.Intents() {
		line := shared{Title: capital(name.Title())}
		for _, class := range baseline.Classes() {
			count := classCount{Class: string(class)}
			var targets []string
			for _, profile := range p.Profiles {
				i := slices.IndexFunc(profile.Intents, func(i Intent) bool { return i.Intent == string(name) && i.Class == string(class) })
				if i >= 0 {
					targets = append(targets, profile.Title)
				}
			}
			if count.Count = len(targets); count.Count > 0 {
				count.Targets, count.Percent = strings.Join(targets, "; "), 100*count.Count/len(p.Profiles)
				line.Counts = append(line.Counts, count)
			}
		}
		if len(line.Counts) > 0 {
			all = append(all, line)
		}
	}
	return all
}

// written counts what the build made.
func (p HandoutPart) written() string {
	profiles, declarations := 0, 0
	for _, x := range p.Profiles {
		if x.File != "" {
			profiles++
		}
		for _, d := range x.Declarations {
			if d.File != "" {
				declarations++
			}
		}
	}
	text := Count(profiles, "profile")
	if declarations > 0 {
		text += " and " + Count(declarations, "declaration")
	}
	return fmt.Sprintf("%s for %s", text, Count(len(p.Profiles), "target"))
}

// guide is what one person has to do with one device, in one language.
type guide struct {
	Title   string // of the target
	Groups  []guideGroup
	Install string
	Check   string
	Remove  string
	Names   string // what the marks mean; empty where nothing is marked
}

type guideGroup struct {
	Title string
	Items []guideItem
}

type guideItem struct {
	Path  []string
	Value string
	Mark  string // that a name was not seen in a source; empty where all were
}

// guides are those of every target that leaves anything to people, in the order of the targets.
func (p HandoutPart) guides(l *hints.Locale) []guide {
	var all []guide
	for _, profile := range p.Profiles {
		if g := guideOf(profile, l); len(g.Groups) > 0 || g.Install != "" {
			all = append(all, g)
		}
	}
	return all
}

func guideOf(p Profile, l *hints.Locale) guide {
	g := guide{Title: Clean(p.Title)}
	if p.Of.Platform != target.TvOS && p.Of.Platform != target.WatchOS {
		g.Check = l.Text("checking") // the others have no files to look at
	}
	for _, i := range p.Intents {
		if i.Class != string(baseline.Hint) && i.Class != string(baseline.Locked) {
			continue
		}
		group := guideGroup{Title: l.Text(i.Intent)}
		for _, s := range i.Settings {
			path, evidence := l.Path(s.Path, hints.Evidence(s.Evidence))
			item := guideItem{Path: cleaned(path), Value: Clean(l.Value(s.Value))}
			if evidence == hints.Unverified {
				item.Mark = l.Text("mark")
				g.Names = l.Text("names", "mark", item.Mark)
			}
			group.Items = append(group.Items, item)
		}
		if len(group.Items) > 0 {
			g.Groups = append(g.Groups, group)
		}
	}
	if p.File == "" && len(p.Declarations) == 0 {
		return g
	}
	g.Install, g.Remove = installing(p, l)
	return g
}

// installing says how the profile comes onto the device, and how it leaves.
func installing(p Profile, l *hints.Locale) (install, remove string) {
	if p.Of.Enrollment.IsMDM() {
		return l.Text("install.mdm"), l.Text("remove.mdm")
	}
	way, id := []string{"Settings", "General", "VPN & Device Management"}, "install.mobile"
	switch p.Of.Platform {
	case target.MacOS:
		way, id = []string{"System Settings", "General", "Device Management"}, "install.mac"
	case target.TvOS, target.WatchOS:
		return l.Text("install.other", "file", Clean(p.File)), ""
	}
	path, _ := l.Path(way, hints.Community)
	text := strings.Join(path, " > ")
	return l.Text(id, "file", Clean(p.File), "path", text), l.Text("remove", "path", text)
}

// isManual says whether any target of the part is set up by hand, and hasMDM whether any is managed.
func (p HandoutPart) isManual() bool {
	return slices.ContainsFunc(p.Profiles, func(x Profile) bool { return !x.Of.Enrollment.IsMDM() })
}

func (p HandoutPart) hasMDM() bool {
	return slices.ContainsFunc(p.Profiles, func(x Profile) bool { return x.Of.Enrollment.IsMDM() })
}

// heading is the name of a part.
func (p HandoutPart) heading() string { return cmp.Or(Clean(p.Name), "iCloud Sync Prevention") }
