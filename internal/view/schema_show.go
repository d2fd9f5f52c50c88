package view

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/schema"
)

// SchemaShown writes types one below the other: the facts of the whole, the keys as an indented tree, and the sources.
func (p *Printer) SchemaShown(s *app.SchemaShown) {
	for i, t := range s.Types {
		if i > 0 {
			p.Line("")
		}
		p.schemaType(t)
	}
	if s.Hint != "" {
		p.Line("  %s", faint.Render(Clean(s.Hint)))
	}
}

func (p *Printer) schemaType(t app.SchemaType) {
	head := bold.Render(Clean(t.ID))
	if t.Path != "" {
		head += "  " + bold.Render(Clean(t.Path))
	}
	p.Line("%s  %s", head, faint.Render(Clean(string(t.Family))))
	p.described(t)
	for _, x := range []struct{ label, text string }{
		{"payload type", unless(t.PayloadType, t.ID)}, {"several combine", t.Apply}, {"replaced by", t.Replacement},
	} {
		if x.text != "" {
			p.Line("  %s %s", faint.Render(x.label+":"), Clean(x.text))
		}
	}
	p.platforms(t.Platforms)
	p.keys(t)
	p.Line("")
	p.origin(t)
}

func unless(s, same string) string {
	if s == same {
		return ""
	}
	return s
}

// described writes the title and description, and their source.
func (p *Printer) described(t app.SchemaType) {
	if t.Title != "" {
		p.paragraph("  ", t.Title)
	}
	if t.Description == nil {
		return
	}
	p.paragraph("  ", t.Description.Text)
	source := t.Description.Source
	if t.Description.Own {
		source = "syncguard's words, from " + source
	}
	p.faintly("  ", "("+source+")")
}

func (p *Printer) faintly(indent, text string) { p.labeled(indent, Text{styled(Faint, text)}) }

func (p *Printer) origin(t app.SchemaType) {
	for _, s := range t.Sources {
		p.wrapped(4, "  %s %s", faint.Render("source:"), Clean(strings.Join(slices.DeleteFunc([]string{s.Name, s.Version, s.Path}, func(x string) bool { return x == "" }), " ")))
	}
	if t.Path == "" {
		for _, source := range describedFrom(t.Keys) {
			p.wrapped(4, "  %s %s", faint.Render("descriptions:"), Clean(source))
		}
	}
	if len(t.Unsure) > 0 {
		p.wrapped(4, "  %s %s", yellow.Render("unsure:"), Clean(strings.Join(t.Unsure, "; ")))
	}
}

// describedFrom lists the sources of the descriptions of keys, each once.
func describedFrom(keys []schema.KeyFacts) []string {
	var sources []string
	add := func(s string) {
		if !slices.Contains(sources, s) {
			sources = append(sources, s)
		}
	}
	for _, k := range keys {
		switch {
		case k.Description == nil:
		case k.Description.Own:
			add("syncguard's words, from " + k.Description.Source)
		default:
			add(k.Description.Source)
		}
		for _, s := range describedFrom(k.Keys) {
			add(s)
		}
	}
	return sources
}

// platforms writes a column for each platform, and a row for each fact stated of one.
func (p *Printer) platforms(all []schema.OnPlatform) {
	headers, rows, missing := platformGrid(all)
	switch {
	case len(rows) > 0:
		p.Line("")
		p.grid(headers, rows)
	case len(headers) > 1:
		p.Line("")
		p.Line("  on %s", strings.Join(headers[1:], ", "))
	}
	if len(missing) > 0 {
		p.Line("  %s", faint.Render("not on "+strings.Join(missing, ", ")))
	}
}

// platformGrid returns a column for each platform, a row for each fact stated of one, and the platforms without the key.
func platformGrid(all []schema.OnPlatform) (headers []string, rows [][]string, missing []string) {
	headers = []string{""}
	rows = [][]string{
		{"introduced"}, {"deprecated"}, {"removed"}, {"supervised"}, {"by hand"}, {"User Enrollment"}, {"Shared iPad"}, {"channels"},
		{"multiple"}, {"user-approved MDM"}, {"ADE"}, {"enrollments"}, {"scopes"}, {"beta"},
	}
	for _, a := range all {
		if !a.Available {
			missing = append(missing, Clean(string(a.Platform)))
			continue
		}
		headers = append(headers, Clean(string(a.Platform)))
		for i, fact := range []string{
			release(a.Introduced), release(a.Deprecated), release(a.Removed), yesNo(a.Supervised), yesNo(a.AllowManualInstall),
			Clean(a.UserEnrollment), strings.ReplaceAll(sharedIPad(a), ", ", ",\n"), channels(a), yesNo(a.Multiple), yesNo(a.UserApprovedMDM), yesNo(a.RequiresDEP),
			list(a.AllowedEnrollments), list(a.AllowedScopes), textIf(a.Beta, "yes"),
		} {
			rows[i] = append(rows[i], fact)
		}
	}
	return headers, slices.DeleteFunc(rows, func(row []string) bool { return strings.Join(row[1:], "") == "" }), missing
}

func yesNo(b *bool) string {
	switch {
	case b == nil:
		return ""
	case *b:
		return "yes"
	}
	return "no"
}

func list(texts []string) string {
	switch {
	case texts == nil:
		return ""
	case len(texts) == 0:
		return "none"
	}
	return Clean(strings.Join(texts, ", "))
}

// sharedIPad says the mode, and the channels or scopes there.
func sharedIPad(a schema.OnPlatform) string {
	var parts []string
	for _, s := range []string{Clean(a.SharedIPad.Mode), both(a.SharedIPad.DeviceChannel, a.SharedIPad.UserChannel), list(a.SharedIPad.AllowedScopes)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ": ")
}

func channels(a schema.OnPlatform) string { return both(a.DeviceChannel, a.UserChannel) }

// both names the channels, device and user.
func both(device, user *bool) string {
	if device == nil && user == nil {
		return ""
	}
	var names []string
	if device != nil && *device {
		names = append(names, "device")
	}
	if user != nil && *user {
		names = append(names, "user")
	}
	return cmp.Or(strings.Join(names, ", "), "none")
}

// keys writes the keys as an indented tree. Under each key stand its description and its differences from the type and
// the keys above it.
func (p *Printer) keys(t app.SchemaType) {
	if len(t.Keys) == 0 {
		return
	}
	p.Line("")
	keys := t.Keys
	if t.Path != "" { // the description and platforms of this key stand above
		keys = slices.Clone(keys)
		keys[0].Description, keys[0].Platforms = nil, nil
	}
	p.keyTree(keys, 0)
}

// maxIndent keeps a deep tree on the screen.
const maxIndent = 20

func (p *Printer) keyTree(keys []schema.KeyFacts, depth int) {
	for _, k := range keys {
		indent := "  " + strings.Repeat("  ", min(depth, maxIndent))
		name := Clean(k.Name)
		if k.Element {
			name = strings.TrimSpace("[] " + name)
		}
		under := indent + "    "
		head := indent + bold.Render(name) + "  " + Clean(k.Type)
		below := k.Keys
		if k.Type == "array" && len(below) == 1 && isBare(below[0]) {
			head, below = head+" of "+Clean(below[0].Type), below[0].Keys
		}
		head += textIf(k.Unit != "", ", "+k.Unit) + textIf(k.Required, ", required")
		var more []string
		for i, s := range []string{prefixed("default ", Clean(stated(k.Default))), values(k)} {
			separator := []string{", ", "; "}[i]
			switch {
			case s == "":
			case len(more) == 0 && lipgloss.Width(head+separator+s) <= p.columns():
				head += separator + s
			default:
				more = append(more, s)
			}
		}
		p.Line("%s", head)
		if k.Description != nil {
			p.paragraph(under, k.Description.Text)
		}
		for _, s := range more {
			p.faintly(under, s)
		}
		if differs := deviations(k); differs != "" {
			p.faintly(under, differs)
		}
		p.keyTree(below, depth+1)
	}
}

// isBare reports whether an element of an array states its type alone.
func isBare(k schema.KeyFacts) bool {
	return k.Element && k.Description == nil && k.Default == nil && k.Repeats == "" && values(k) == "" && deviations(k) == ""
}

func stated(x any) string {
	if x == nil {
		return ""
	}
	return schema.Text(x)
}

// values names the allowed values of a key.
func values(k schema.KeyFacts) string {
	var parts []string
	if len(k.RangeList) > 0 {
		parts = append(parts, schema.Text(k.RangeList))
	}
	if between := bounds(k.Min, k.Max); between != "" {
		parts = append(parts, between)
	}
	if items := bounds(asFloat(k.MinItems), asFloat(k.MaxItems)); items != "" {
		parts = append(parts, items+" items")
	}
	if k.Format != "" {
		parts = append(parts, "form "+k.Format)
	}
	for _, s := range slices.Concat([]string{k.Subtype}, k.AssetTypes, k.ContentTypes) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	if k.CombineType != "" {
		parts = append(parts, "combined by "+k.CombineType)
	}
	if k.Repeats != "" {
		parts = append(parts, "↻ as "+k.Repeats)
	}
	return Clean(strings.Join(parts, "; "))
}

func asFloat(n *int) *float64 {
	if n == nil {
		return nil
	}
	f := float64(*n)
	return &f
}

func bounds(low, high *float64) string {
	text := func(f *float64) string { return strconv.FormatFloat(*f, 'f', -1, 64) }
	switch {
	case low != nil && high != nil:
		return text(low) + " to " + text(high)
	case low != nil:
		return "at least " + text(low)
	case high != nil:
		return "at most " + text(high)
	}
	return ""
}

// deviations lists the differences of a key from the type and the keys above it, equal platforms joined:
// iOS, visionOS 26 supervised; not on tvOS.
func deviations(k schema.KeyFacts) string {
	var phrases []string
	by := map[string][]string{}
	for _, a := range k.Platforms {
		phrase := deviation(a)
		if by[phrase] == nil {
			phrases = append(phrases, phrase)
		}
		by[phrase] = append(by[phrase], string(a.Platform))
	}
	var parts []string
	for _, phrase := range phrases {
		names := strings.Join(by[phrase], ", ")
		switch phrase {
		case "":
			continue
		case "not on":
			parts = append(parts, "not on "+names)
		default:
			parts = append(parts, names+" "+phrase)
		}
	}
	if k.Replacement != "" {
		parts = append(parts, "replaced by "+k.Replacement)
	}
	if k.Dropped {
		parts = append(parts, "no longer listed")
	}
	if k.Community {
		parts = append(parts, "community")
	}
	return Clean(strings.Join(parts, "; "))
}

func deviation(a schema.OnPlatform) string {
	if !a.Available {
		return "not on"
	}
	var parts []string
	for _, x := range []struct{ label, text string }{
		{"", release(a.Introduced)}, {"deprecated ", release(a.Deprecated)}, {"removed ", release(a.Removed)},
		{"supervised: ", yesNo(a.Supervised)}, {"by hand: ", yesNo(a.AllowManualInstall)},
		{"User Enrollment: ", a.UserEnrollment}, {"Shared iPad: ", sharedIPad(a)}, {"channels: ", channels(a)},
		{"multiple: ", yesNo(a.Multiple)}, {"user-approved MDM: ", yesNo(a.UserApprovedMDM)}, {"ADE: ", yesNo(a.RequiresDEP)},
		{"enrollments: ", list(a.AllowedEnrollments)}, {"scopes: ", list(a.AllowedScopes)}, {"", textIf(a.Beta, "beta")},
	} {
		if x.text != "" {
			parts = append(parts, fmt.Sprint(x.label, x.text))
		}
	}
	return strings.Join(parts, ", ")
}
