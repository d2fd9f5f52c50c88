package view

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/fact"
	"syncguard/internal/guidance"
	"syncguard/internal/intent"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// endpoint is a network service to be reached by devices.
type endpoint struct {
	host, port string
	purpose    string
	evidence   fact.Evidence
}

// appleNetworks is Apple's own list of hosts and ports. It wins over endpoints.
const appleNetworks = "https://support.apple.com/101555"

// endpoints returns the services for iCloud and the clock, needed with any profile, and the DNS services of a profile.
func endpoints(part *app.BuiltPart) []endpoint {
	all := []endpoint{
		{"*.icloud.com, *.icloud-content.com, *.apple-cloudkit.com", "443 TCP", "iCloud", fact.Community},
		{"captive.apple.com", "443 and 80 TCP", "detecting the sign-in page of a network", fact.Apple},
		{"time.apple.com, time-ios.apple.com, time-macos.apple.com", "123 UDP", "the clock", fact.Apple},
	}
	for _, r := range part.Resolvers {
		all = append(all, endpoint{r.Host, strconv.Itoa(r.Port) + " TCP", "the DNS service in the profile", fact.Apple})
	}
	return all
}

// Guide explains a build to people who did not run it: whoever decides, delivers profiles, or holds a device.
func Guide(b *app.BuildResult) *Page {
	p := &Page{Title: "What keeps iCloud syncing", Foot: "Made by syncguard. Nothing here was tested on Apple devices. Claims beyond Apple's schemas and documentation are marked."}
	if len(b.Parts) == 1 {
		p.Title = heading(b.Parts[0])
	}
	var organizations, counts []string
	manual, mdm := false, false
	for i, part := range b.Parts {
		organizations, counts = append(organizations, part.Organization), append(counts, builtCounts(part.Profiles)+", from the template "+part.Template)
		manual, mdm = manual || isManual(part.Profiles), mdm || hasMDM(part.Profiles)
		p.Blocks = append(p.Blocks, partBlocks(part, fmt.Sprintf("part-%d", i+1), len(b.Parts) > 1)...)
	}
	signed := "Not signed."
	switch s := b.Signer; {
	case s != nil && s.Development:
		signed = "Signed by the development identity: devices show “Not Verified”."
	case s != nil:
		signed = "Signed by " + s.Name + "."
	}
	p.Above, p.Lead = strings.Join(slices.Compact(organizations), ", "), words(strings.Join(counts, "; ")+". "+signed)
	p.Blocks = append(p.Blocks, deliverySection(manual, mdm), removalSection(manual, mdm))
	return p
}

// partBlocks returns the sections about one template.
func partBlocks(p *app.BuiltPart, id string, named bool) []Block {
	title := "Summary"
	if named {
		title = heading(p) + ": " + title
	}
	set := Section{Title: words("Settings of each target"), ID: id + "-set", Nav: "Settings of each target", Cards: true}
	for _, profile := range p.Profiles {
		set.Blocks = append(set.Blocks, targetCard(profile))
	}
	people := Section{Title: words("For the people with the devices"), ID: id + "-people", Nav: "For the people", Blocks: []Block{
		Paragraph{Text: words("Pass this on: the steps that no profile can take for them, in order.")}}}
	for _, language := range p.Languages {
		people.Blocks = append(people.Blocks, peopleSection(p, guidance.In(language), id))
	}
	network := Table{Headers: []string{"host", "port", "for"}, Labels: 1, Stacks: true}
	for _, e := range endpoints(p) {
		network.Rows = append(network.Rows, Row{Cells: []Text{{styled(Code, e.host)}, words(e.port), withEvidence(words(e.purpose), e.evidence)}})
	}
	return []Block{
		Section{Title: words(title), ID: id + "-summary", Nav: title, Blocks: []Block{
			Paragraph{Text: words("What this build does about each setting on its " + text.Count(len(p.Profiles), "target") + ".")}, summary(p)}},
		Section{Title: words("Coverage"), ID: id + "-coverage", Nav: "Coverage", Blocks: append([]Block{
			Paragraph{Text: words("The classes are computed from Apple's schemas for each target. Claims from other sources are marked.")}}, matrixBlocks(p.Matrix)...)},
		set, people,
		Section{Title: words("What the network must let through"), ID: id + "-network", Nav: "Network", Blocks: []Block{network,
			Paragraph{Look: Important, Text: Text{{Text: "Do not inspect HTTPS traffic to Apple's hosts: Apple's services refuse such connections. Apple's own list of hosts wins over this one: "},
				{Text: appleNetworks, URL: appleNetworks}}}}},
	}
}

// summary lists, for each intent, the targets of each class.
func summary(p *app.BuiltPart) (all Terms) {
	for _, name := range intent.All() {
		term := Term{Name: Text{styled(Strong, capital(name.Title()))}}
		for _, class := range intent.Classes() {
			var targets []string
			for _, profile := range p.Profiles {
				if slices.ContainsFunc(profile.Intents, func(o intent.Outcome) bool { return o.Intent == name && o.Class == class }) {
					targets = append(targets, profile.Of.Describe())
				}
			}
			if targets != nil {
				term.Is = append(term.Is, Text{styled(Class, string(class)), {Text: fmt.Sprintf("%s on %d of %d: ", textIf(class == intent.None, " (no such thing)"), len(targets), len(p.Profiles))},
					styled(Faint, strings.Join(targets, "; "))})
			}
		}
		if term.Is != nil {
			all = append(all, term)
		}
	}
	return all
}

// targetCard returns the settings of one target.
func targetCard(p *app.BuiltProfile) Section {
	file := Paragraph{Look: Small, Text: words("Nothing to set.")}
	details := Section{Title: words("Conditions, files and checksums"), Folded: true}
	switch {
	case p.File != "":
		signed := "not signed"
		if p.Signed {
			signed = "signed"
		}
		file.Text = Text{styled(Code, p.File), {Text: ", " + size(p.Size) + ", " + signed}}
	case len(p.Declarations) > 0:
		file.Text = words("Declarations only")
	}
	table := Table{Headers: []string{"setting", "class", "set by"}, Labels: 1, Stacks: true}
	var notes, declarations List
	for _, i := range p.Intents {
		title := capital(i.Intent.Title())
		by := Text{styled(Faint, "nothing")}
		if len(i.Mechanisms) > 0 {
			by = joined(Code, i.Mechanisms, ", ")
		}
		table.Rows = append(table.Rows, Row{Cells: []Text{words(title), classText(i.Class), by}})
		for _, n := range i.Notes {
			notes.Items = append(notes.Items, Item{Text: withEvidence(words(title+": "+n.Text), n.Evidence)})
		}
	}
	for _, d := range p.Declarations {
		where := Text{styled(Code, d.Type), {Text: " in the profile"}}
		if d.File != "" {
			where = Text{styled(Code, d.Type), {Text: " in "}, styled(Code, d.File)}
		}
		declarations.Items = append(declarations.Items, Item{Text: append(where, Run{Text: ", identifier "}, styled(Code, d.Identifier))})
	}
	if notes.Items != nil {
		details.Blocks = append(details.Blocks, notes)
	}
	if p.File != "" {
		details.Blocks = append(details.Blocks, Paragraph{Look: Small, Text: Text{{Text: "SHA-256 of the profile: "}, styled(Code, p.SHA256)}},
			Paragraph{Look: Small, Text: append(words("Payloads: "), joined(Code, p.Payloads, ", ")...)})
	}
	if declarations.Items != nil {
		details.Blocks = append(details.Blocks, Paragraph{Look: Small, Text: words("Declarations:")}, declarations)
	}
	return Section{Title: words(p.Of.Describe()), Blocks: []Block{file, table, details}}
}

// peopleSection tells people their steps on their devices, in one language.
func peopleSection(p *app.BuiltPart, l *guidance.Locale, id string) Section {
	all := Section{Title: words(l.Text("title")), ID: id + "-" + l.Language, Lang: l.Language, Cards: true, Blocks: []Block{Paragraph{Text: words(l.Text("lead"))}}}
	if len(p.Languages) > 1 {
		all.Title, all.Nav = append(all.Title, styled(Faint, " ("+l.Name+")")), l.Name
	}
	for _, profile := range p.Profiles {
		if blocks := guideSteps(profile, l); blocks != nil { // the name of the target is English
			all.Blocks = append(all.Blocks, Section{Title: words(profile.Of.Describe()), Lang: "en", Blocks: []Block{Section{Lang: l.Language, Blocks: blocks}}})
		}
	}
	return all
}

// guideSteps returns the steps of one person, in order; nil without any.
func guideSteps(p *app.BuiltProfile, l *guidance.Locale) []Block {
	steps := List{Steps: true}
	names := ""
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
				item = append(item, styled(Evidence, l.Text("mark")))
				names = l.Text("names", "mark", l.Text("mark"))
			}
			group.Items = append(group.Items, Item{Text: item})
		}
		if group.Items != nil {
			groups.Items = append(groups.Items, Item{Text: words(l.Text(string(i.Intent))), Blocks: []Block{group}})
		}
	}
	if groups.Items != nil {
		steps.Items = append(steps.Items, Item{Text: Text{styled(Strong, l.Text("switch"))}, Blocks: []Block{groups}})
	}
	install, remove := "", ""
	if p.File != "" || len(p.Declarations) > 0 {
		install, remove = installing(p, l)
		steps.Items = append(steps.Items, Item{Text: Text{styled(Strong, l.Text("install")+"."), {Text: " " + install}}})
	}
	if steps.Items == nil {
		return nil
	}
	switch p.Of.Platform {
	case target.TvOS, target.WatchOS: // there are no files to look at
	case target.IOS, target.IPadOS, target.MacOS, target.VisionOS:
		steps.Items = append(steps.Items, Item{Text: Text{styled(Strong, l.Text("check")+"."), {Text: " " + l.Text("checking")}}})
	}
	blocks := []Block{steps}
	for _, text := range []string{remove, names} {
		if text != "" {
			blocks = append(blocks, Paragraph{Look: Small, Text: words(text)})
		}
	}
	return blocks
}

// deliverySection explains the way of profiles and declarations onto devices.
func deliverySection(manual, mdm bool) Section {
	s := Section{Title: words("Delivery"), ID: "delivery", Nav: "Delivery"}
	if manual {
		s.Blocks = append(s.Blocks, Section{Title: words("By hand"), Blocks: []Block{List{Items: []Item{
			{Text: Text{{Text: "Put the profile on a web server, with the media type "}, styled(Code, "application/x-apple-aspen-config"), {Text: ", or send it by AirDrop; "},
				styled(Code, "syncguard serve"), {Text: " is such a server. An iPhone or iPad keeps one downloaded profile at a time, for 8 minutes."}}},
			{Text: words("A new version replaces the installed one only if the same identity signed it. Otherwise remove the old one first.")},
			{Text: words("A Mac, an Apple TV or an Apple Watch installs no profile silently: a person or Apple Configurator does.")},
		}}}})
	}
	if mdm {
		t := Table{Headers: []string{"server", "profiles", "declarations", "syncguard"}, Labels: 1, Stacks: true}
		for _, d := range app.Deliveries() {
			t.Rows = append(t.Rows, Row{Cells: []Text{{{Text: d.Server, URL: d.Source}}, words(d.Profiles), words(d.Declarations), joined(Code, d.Commands, ", ")}})
		}
		s.Blocks = append(s.Blocks, Section{Title: words("By MDM"), Blocks: []Block{
			Paragraph{Text: words("Send unsigned profiles to a server that changes them; a declaration is never signed. Each .json file is one declaration. Files named “activation” are for servers that do not create activations themselves.")}, t}})
	}
	return s
}

func removalSection(manual, mdm bool) Section {
	var list List
	if manual {
		list.Items = append(list.Items, Item{Text: withEvidence(words("By hand: Settings › General › VPN & Device Management on an iPhone, iPad or Vision Pro, System Settings › General › Device Management on a Mac."), fact.Community)})
	}
	if mdm {
		list.Items = append(list.Items, Item{Text: words("By MDM: remove the profile and the declarations from the devices' assignments. Remove an activation together with its configuration.")})
	}
	list.Items = append(list.Items, Item{Text: words("The settings of a profile go with it. A time zone set on a Mac stays.")})
	return Section{Title: words("Removal"), ID: "removal", Nav: "Removal", Blocks: []Block{list}}
}

// builtCounts counts the profiles, declarations and targets of a build, in words.
func builtCounts(all []*app.BuiltProfile) string {
	profiles, declarations := fileCounts(all)
	what := text.Count(profiles, "profile")
	if declarations > 0 {
		what += " and " + text.Count(declarations, "declaration")
	}
	return what + " for " + text.Count(len(all), "target")
}

// installing tells how to install the profile, and how to remove it.
func installing(p *app.BuiltProfile, l *guidance.Locale) (install, remove string) {
	if p.Of.Enrollment.IsMDM() {
		return l.Text("install.mdm"), l.Text("remove.mdm")
	}
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

func isManual(all []*app.BuiltProfile) bool {
	return slices.ContainsFunc(all, func(p *app.BuiltProfile) bool { return !p.Of.Enrollment.IsMDM() })
}

func hasMDM(all []*app.BuiltProfile) bool {
	return slices.ContainsFunc(all, func(p *app.BuiltProfile) bool { return p.Of.Enrollment.IsMDM() })
}

// heading returns the name of a part.
func heading(p *app.BuiltPart) string { return cmp.Or(p.Name, "Keep iCloud Syncing") }
