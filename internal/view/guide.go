package view

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/fact"
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

// endpoints returns the DNS services of the profiles, and the services for iCloud and the clock if the template is about them.
func endpoints(part *app.BuiltPart) (all []endpoint) {
	if hasIntents(part.Profiles) {
		all = []endpoint{
			{"*.icloud.com, *.icloud-content.com, *.apple-cloudkit.com", "443 TCP", "iCloud", fact.Community},
			{"captive.apple.com", "443 and 80 TCP", "detecting the sign-in page of a network", fact.Apple},
			{"time.apple.com, time-ios.apple.com, time-macos.apple.com", "123 UDP", "the clock", fact.Apple},
		}
	}
	for _, r := range part.Resolvers {
		all = append(all, endpoint{r.Host, strconv.Itoa(r.Port) + " TCP", "the DNS service in the profile", fact.Apple})
	}
	return all
}

func hasIntents(all []*app.BuiltProfile) bool {
	return slices.ContainsFunc(all, func(p *app.BuiltProfile) bool { return len(p.Intents) > 0 })
}

// Guide explains a build to people who did not run it: whoever decides, delivers profiles, or holds a device.
func Guide(b *app.BuildResult) *Page {
	p := &Page{Title: "What the profiles do", Foot: "Made by syncguard. Nothing here was tested on Apple devices. Claims beyond Apple's schemas and documentation are marked."}
	if len(b.Parts) == 1 {
		p.Title = heading(b.Parts[0])
	}
	var organizations, counts []string
	for i, part := range b.Parts {
		organizations, counts = append(organizations, part.Organization), append(counts, builtCounts(part.Profiles)+", from the template "+part.Template)
		blocks := partBlocks(part, fmt.Sprintf("part-%d", i+1))
		if len(b.Parts) > 1 {
			blocks = []Block{Section{Title: words(heading(part)), ID: fmt.Sprintf("part-%d", i+1), Nav: heading(part), Blocks: withoutNav(blocks)}}
		}
		p.Blocks = append(p.Blocks, blocks...)
	}
	signed := "Not signed."
	switch s := b.Signer; {
	case s != nil && s.Development:
		signed = "Signed by the development identity: devices show “Not Verified”."
	case s != nil:
		signed = "Signed by " + s.Name + "."
	}
	p.Above, p.Lead = strings.Join(slices.Compact(organizations), ", "), words(strings.Join(counts, "; ")+". "+signed)
	p.Blocks = append(p.Blocks, deliverySection(b))
	return p
}

// withoutNav takes the links to sections off the top of the page.
func withoutNav(blocks []Block) (all []Block) {
	for _, b := range blocks {
		if s, ok := b.(Section); ok {
			s.Nav = ""
			b = s
		}
		all = append(all, b)
	}
	return all
}

// partBlocks returns the sections about one template: for whoever decides, for people with a device, and for whoever delivers.
func partBlocks(p *app.BuiltPart, id string) []Block {
	blocks := effectSections(p, id)
	if p.Counts != nil {
		blocks = append(blocks, devicesSection(p.Counts, id))
	}
	blocks = append(blocks, filesSection(p, id))
	if people := peopleSection(p, id); people.Blocks != nil {
		blocks = append(blocks, people)
	}
	network := Table{Headers: []string{"host", "port", "for"}, Labels: 1, Stacks: true}
	for _, e := range endpoints(p) {
		network.Rows = append(network.Rows, Row{Cells: []Text{{styled(Code, e.host)}, words(e.port), withEvidence(words(e.purpose), e.evidence)}})
	}
	if network.Rows != nil {
		blocks = append(blocks, Section{Title: words("What the network must let through"), ID: id + "-network", Nav: "Network", Blocks: []Block{network,
			Paragraph{Look: Small, Text: Text{{Text: "Do not inspect HTTPS traffic to Apple's hosts: Apple's services refuse such connections. Apple's own list of hosts wins over this one: "},
				{Text: appleNetworks, URL: appleNetworks}}}}})
	}
	return blocks
}

// filesSection lists the files for each target.
func filesSection(p *app.BuiltPart, id string) Section {
	t := Table{Headers: []string{"devices", "profile", "declarations"}, Labels: 1, Stacks: true}
	details := Section{Title: words("Checksums, identifiers and payload types"), Folded: true}
	var list List
	for _, profile := range p.Profiles {
		file, declarations := Text{styled(Faint, "none")}, Text{styled(Faint, "none")}
		if profile.File != "" {
			file = Text{styled(Code, profile.File)}
			list.Items = append(list.Items, Item{Text: append(Text{styled(Code, profile.File), {Text: ": " + size(profile.Size) + ", SHA-256 "}, styled(Code, profile.SHA256), {Text: "; "}},
				joined(Code, profile.Payloads, ", ")...)})
		}
		files := 0
		for _, d := range profile.Declarations {
			if d.File == "" {
				declarations = words("in the profile")
				continue
			}
			files++
			list.Items = append(list.Items, Item{Text: Text{styled(Code, d.File), {Text: ": SHA-256 "}, styled(Code, d.SHA256), {Text: "; "}, styled(Code, d.Type),
				{Text: ", identifier "}, styled(Code, d.Identifier)}})
		}
		if files > 0 {
			declarations = words(text.Count(files, "file"))
		}
		t.Rows = append(t.Rows, Row{Cells: []Text{words(profile.Of.Describe()), file, declarations}})
	}
	details.Blocks = []Block{list}
	return Section{Title: words("Files"), ID: id + "-files", Nav: "Files", Blocks: []Block{t, details}}
}

// deliverySection explains the way of profiles and declarations onto devices, and off them.
func deliverySection(b *app.BuildResult) Section {
	manual, mdm, declared, intents := false, false, false, false
	for _, part := range b.Parts {
		_, declarations := fileCounts(part.Profiles)
		manual, mdm = manual || isManual(part.Profiles), mdm || hasMDM(part.Profiles)
		declared, intents = declared || declarations > 0, intents || hasIntents(part.Profiles)
	}
	s := Section{Title: words("Delivery and removal"), ID: "delivery", Nav: "Delivery and removal", Cards: true}
	if manual {
		s.Blocks = append(s.Blocks, Section{Title: words("By hand"), Blocks: []Block{List{Items: []Item{
			{Text: Text{styled(Code, "syncguard serve"), {Text: " offers the profile on a page for phones; AirDrop and a web server with the media type "},
				styled(Code, "application/x-apple-aspen-config"), {Text: " do, too. An iPhone or iPad keeps one downloaded profile at a time, for 8 minutes."}}},
			{Text: words("A new version replaces the installed one only if the same identity signed it. Otherwise remove the old one first.")},
			{Text: words("A Mac, an Apple TV or an Apple Watch installs no profile silently: a person or Apple Configurator does.")},
		}}}})
	}
	if mdm {
		t := Table{Headers: []string{"server", "profiles", "declarations", "syncguard"}, Labels: 1, Stacks: true}
		for _, d := range app.Deliveries() {
			t.Rows = append(t.Rows, Row{Cells: []Text{{{Text: d.Server, URL: d.Source}}, words(d.Profiles), words(d.Declarations), joined(Code, d.Commands, ", ")}})
		}
		list := List{Items: []Item{{Text: words("Send unsigned profiles to a server that changes them.")}, {Text: words("To remove a profile, take it from the devices' assignments.")}}}
		if declared {
			list.Items = append(list.Items, Item{Text: words("Each .json file is one declaration, never signed. Files named “activation” are for servers that do not create activations themselves. Remove an activation together with its configuration.")})
		}
		s.Blocks = append(s.Blocks, Section{Title: words("By MDM"), Blocks: []Block{list, Section{Title: words("How each server takes them"), Folded: true, Blocks: []Block{t}}}})
	}
	s.Blocks = append([]Block{Paragraph{Text: words("The settings of a profile go with it." + textIf(intents, " A time zone set on a Mac stays."))}}, s.Blocks...)
	return s
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

func isManual(all []*app.BuiltProfile) bool {
	return slices.ContainsFunc(all, func(p *app.BuiltProfile) bool { return !p.Of.Enrollment.IsMDM() })
}

func hasMDM(all []*app.BuiltProfile) bool {
	return slices.ContainsFunc(all, func(p *app.BuiltProfile) bool { return p.Of.Enrollment.IsMDM() })
}

// heading returns the name of a part.
func heading(p *app.BuiltPart) string { return cmp.Or(p.Name, "Keep iCloud Syncing") }
