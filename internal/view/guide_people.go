package view

import (
	"fmt"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/fact"
	"syncguard/internal/guidance"
	"syncguard/internal/intent"
	"syncguard/internal/summary"
	"syncguard/internal/target"
)

const english = "en" // the language of the report itself

// peopleSection tells people what the profiles set on their devices, and their steps, in each language. It has no blocks if
// nothing is left to them.
func peopleSection(p *app.BuiltPart, id string) Section {
	all := Section{Title: words("For the people with the devices"), ID: id + "-people", Nav: "For the people"}
	for _, language := range p.Languages {
		s := peopleIn(p, guidance.In(language), id)
		switch {
		case s.Blocks == nil:
		case len(p.Languages) == 1 && language == english:
			all.Blocks = s.Blocks
		default:
			all.Blocks = append(all.Blocks, s)
		}
	}
	return all
}

// peopleIn is what to pass on in one language: a card for all targets with the same text.
func peopleIn(p *app.BuiltPart, l *guidance.Locale, id string) Section {
	all := Section{Title: words(l.Text("title")), ID: id + "-" + l.Language, Lang: l.Language}
	if len(p.Languages) > 1 {
		all.Title, all.Nav = append(all.Title, styled(Faint, " ("+l.Name+")")), l.Name
	}
	at := map[string]int{}
	var on [][]target.Target
	var cards []Section
	unsure, files := false, false
	for _, profile := range p.Profiles {
		blocks, marked := guideSteps(profile, l)
		if blocks == nil {
			continue
		}
		unsure = unsure || marked
		files = files || len(profile.Intents) > 0 && hasFiles(profile.Of.Platform)
		key := fmt.Sprintf("%#v", blocks)
		i, ok := at[key]
		if !ok {
			i = len(cards)
			at[key], on, cards = i, append(on, nil), append(cards, Section{Blocks: blocks})
		}
		on[i] = append(on[i], profile.Of)
	}
	if sets := setsList(p, l); l.Language != english && sets.Items != nil { // the sections above have it in English
		all.Blocks = append(all.Blocks, Section{Title: words(l.Text("sets")), Blocks: []Block{sets}})
	}
	if cards != nil {
		side := Section{Cards: true}
		for i, card := range cards {
			card.Title = words(systems(on[i], l))
			side.Blocks = append(side.Blocks, card)
		}
		if hasIntents(p.Profiles) {
			all.Blocks = append(all.Blocks, Paragraph{Text: words(l.Text("lead"))})
		}
		all.Blocks = append(all.Blocks, side)
	}
	if managed := managedTargets(p); managed != nil {
		all.Blocks = append(all.Blocks, Paragraph{Text: Text{styled(Faint, systems(managed, l)+": "), {Text: l.Text("install.mdm") + " " + l.Text("remove.mdm")}}})
	}
	if files {
		all.Blocks = append(all.Blocks, Paragraph{Text: Text{styled(Strong, l.Text("check")+"."), {Text: " " + l.Text("checking")}}})
	}
	if unsure {
		all.Blocks = append(all.Blocks, Paragraph{Look: Small, Text: words(l.Text("names", "mark", l.Text("mark")))})
	}
	return all
}

// setsList tells what the profiles set, in one language, and on which targets if not on all.
func setsList(p *app.BuiltPart, l *guidance.Locale) (list List) {
	all := statements(p, func(e *app.Effect) bool { return e.Class != intent.None })
	for _, s := range joinLimits(all, func(s *statement) string { return systems(s.on(p), l) }) {
		text := words(summary.Words(s.says, l))
		if on := s.on(p); len(on) < len(p.Profiles) {
			text = append(text, styled(Faint, " ("+systems(on, l)+")"))
		}
		list.Items = append(list.Items, Item{Text: text})
	}
	return list
}

// managedTargets lists the targets to which an MDM server sends something.
func managedTargets(p *app.BuiltPart) (all []target.Target) {
	for _, profile := range p.Profiles {
		if profile.Of.Enrollment.IsMDM() && (profile.File != "" || len(profile.Declarations) > 0) {
			all = append(all, profile.Of)
		}
	}
	return all
}

// hasFiles reports whether a device of the platform has files of iCloud Drive to look at.
func hasFiles(p target.Platform) bool {
	switch p {
	case target.IOS, target.IPadOS, target.MacOS, target.VisionOS:
		return true
	case target.TvOS, target.WatchOS:
	}
	return false
}

// guideSteps returns the steps of one person, in order; nil without any. It reports whether some names in Settings are marked as
// unverified.
func guideSteps(p *app.BuiltProfile, l *guidance.Locale) (blocks []Block, marked bool) {
	var groups List
	for _, i := range p.Intents {
		if i.Class != intent.Manual && i.Class != intent.Locked {
			continue
		}
		var group List
		for _, s := range i.Settings {
			path, evidence := l.Path(s.Path, s.Evidence)
			item := Text{styled(Faint, strings.Join(path[:len(path)-1], " › ")+" › "), styled(Strong, path[len(path)-1]+": "+l.Value(s.Value))}
			if evidence == fact.Unverified {
				item, marked = append(item, styled(Evidence, l.Text("mark"))), true
			}
			group.Items = append(group.Items, Item{Text: item})
		}
		if group.Items != nil {
			groups.Items = append(groups.Items, Item{Text: words(l.Text(string(i.Intent))), Blocks: []Block{group}})
		}
	}
	if !isInstalledByHand(p) {
		if groups.Items != nil {
			blocks = append(blocks, groups)
		}
		return blocks, marked
	}
	install, remove := installing(p, l)
	if groups.Items == nil {
		blocks = append(blocks, Paragraph{Text: words(install)})
	} else {
		blocks = append(blocks, List{Steps: true, Items: []Item{{Text: Text{styled(Strong, l.Text("switch"))}, Blocks: []Block{groups}},
			{Text: Text{styled(Strong, l.Text("install")+"."), {Text: " " + install}}}}})
	}
	if remove != "" {
		blocks = append(blocks, Paragraph{Look: Small, Text: words(remove)})
	}
	return blocks, marked
}

func isInstalledByHand(p *app.BuiltProfile) bool {
	return p.File != "" && !p.Of.Enrollment.IsMDM()
}

// installing tells how to install the profile by hand, and how to remove it.
func installing(p *app.BuiltProfile, l *guidance.Locale) (install, remove string) {
	way, id := []string{"Settings", "General", "VPN & Device Management"}, "install.mobile"
	switch p.Of.Platform {
	case target.IOS, target.IPadOS, target.VisionOS:
	case target.MacOS:
		way, id = []string{"System Settings", "General", "Device Management"}, "install.mac"
	case target.TvOS, target.WatchOS:
		return l.Text("install.other", "file", p.File), ""
	}
	path, _ := l.Path(way, fact.Community)
	text := strings.Join(path, " > ")
	return l.Text(id, "file", p.File, "path", text), l.Text("remove", "path", text)
}
