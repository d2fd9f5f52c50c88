package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
)

// The results of the schema commands. In JSON their shapes are stable: fields are only ever added (docs/json.md).

// SchemaList is a list of types.
type SchemaList struct {
	Types []SchemaEntry `json:"types"`
}

// SchemaEntry is a type without its keys.
type SchemaEntry struct {
	ID          string            `json:"id"`
	PayloadType string            `json:"payloadType"`
	Family      string            `json:"family"`
	Platforms   []SchemaLifecycle `json:"platforms"`
}

// SchemaLifecycle is when a type came to a platform and when it goes.
type SchemaLifecycle struct {
	Platform   string `json:"platform"`
	Introduced string `json:"introduced,omitempty"`
	Deprecated string `json:"deprecated,omitempty"`
	Removed    string `json:"removed,omitempty"`
}

// SchemaShown is everything that is known of some types, or of one key of them.
type SchemaShown struct {
	Types []SchemaType `json:"types"`
}

// SchemaType is a type with its keys, or with one of them where Path is not empty.
type SchemaType struct {
	ID          string           `json:"id"`
	PayloadType string           `json:"payloadType"`
	Family      string           `json:"family"`
	Path        string           `json:"path,omitempty"` // of the key that was asked for
	Apply       string           `json:"apply,omitempty"`
	Replacement string           `json:"replacement,omitempty"`
	Title       string           `json:"title,omitempty"`
	Content     string           `json:"content,omitempty"`
	Platforms   []SchemaPlatform `json:"platforms"` // of the type, or of the key as a whole
	Keys        []SchemaKey      `json:"keys"`
	Sources     []SchemaSource   `json:"sources"`
	Unsure      []string         `json:"unsure"`
}

// SchemaSource is where facts come from.
type SchemaSource struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Path    string `json:"path,omitempty"`
}

// SchemaPlatform is what is stated of a platform, under the names of Apple's schema files. What is not stated is absent.
type SchemaPlatform struct {
	Platform           string    `json:"platform"`
	Available          bool      `json:"available"`
	Introduced         string    `json:"introduced,omitempty"`
	Deprecated         string    `json:"deprecated,omitempty"`
	Removed            string    `json:"removed,omitempty"`
	Multiple           *bool     `json:"multiple,omitempty"`
	Supervised         *bool     `json:"supervised,omitempty"`
	AllowManualInstall *bool     `json:"allowmanualinstall,omitempty"`
	RequiresDEP        *bool     `json:"requiresdep,omitempty"`
	UserApprovedMDM    *bool     `json:"userapprovedmdm,omitempty"`
	DeviceChannel      *bool     `json:"devicechannel,omitempty"`
	UserChannel        *bool     `json:"userchannel,omitempty"`
	UserEnrollment     string    `json:"userenrollment,omitempty"`
	SharedIPad         string    `json:"sharedipad,omitempty"`
	SharedIPadDevice   *bool     `json:"sharedipadDevicechannel,omitempty"`
	SharedIPadUser     *bool     `json:"sharedipadUserchannel,omitempty"`
	SharedIPadScopes   *[]string `json:"sharedipadAllowedScopes,omitempty"`
	AllowedEnrollments *[]string `json:"allowedEnrollments,omitempty"`
	AllowedScopes      *[]string `json:"allowedScopes,omitempty"`
	Beta               bool      `json:"beta,omitempty"`
}

// SchemaKey is a key with its subkeys.
type SchemaKey struct {
	Name         string           `json:"name"`
	Path         string           `json:"path"`
	Element      bool             `json:"element,omitempty"` // of an array: the name is for people only
	Type         string           `json:"type"`
	Required     bool             `json:"required"`
	Default      any              `json:"default,omitempty"`
	RangeList    []any            `json:"rangelist,omitempty"`
	Min          *float64         `json:"min,omitempty"`
	Max          *float64         `json:"max,omitempty"`
	Format       string           `json:"format,omitempty"`
	Subtype      string           `json:"subtype,omitempty"`
	MinItems     *int             `json:"minItems,omitempty"`
	MaxItems     *int             `json:"maxItems,omitempty"`
	CombineType  string           `json:"combinetype,omitempty"`
	AssetTypes   []string         `json:"assetTypes,omitempty"`
	ContentTypes []string         `json:"assetContentTypes,omitempty"`
	Replacement  string           `json:"replacement,omitempty"`
	Dropped      bool             `json:"dropped,omitempty"`   // the newest source does not list it any more
	Community    bool             `json:"community,omitempty"` // a community's source has it, and Apple's schema does not
	Platforms    []SchemaPlatform `json:"platforms"`           // what it states otherwise than the type and the keys above
	Title        string           `json:"title,omitempty"`
	Content      string           `json:"content,omitempty"`
	Repeats      string           `json:"repeats,omitempty"` // the path that has the same subkeys; they are not listed again
	Keys         []SchemaKey      `json:"keys,omitempty"`

	DefaultText   string   `json:"-"` // how a person writes them
	RangeListText []string `json:"-"`
}

// SchemaMatches is the result of a search.
type SchemaMatches struct {
	Matches []SchemaMatch `json:"matches"`
}

// SchemaMatch is a type, or a key of one where Path is not empty.
type SchemaMatch struct {
	ID     string `json:"id"`
	Family string `json:"family"`
	Path   string `json:"path,omitempty"`
	Type   string `json:"type,omitempty"` // of the key's value
}

// SchemaSources is what the facts come from.
type SchemaSources struct {
	Catalogs []SchemaCatalog `json:"catalogs"` // one counts before those after it
	Families map[string]int  `json:"families"` // types of all of them together
}

// SchemaCatalog is the embedded catalog or an imported one.
type SchemaCatalog struct {
	Name     string              `json:"name"`
	Folder   string              `json:"folder,omitempty"` // of an imported one
	Families map[string]int      `json:"families"`
	Sources  []SchemaSourceCount `json:"sources"`
}

// SchemaSourceCount is a source and how many types rest on it.
type SchemaSourceCount struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	Types   int    `json:"types"`
}

// SchemaImport is the result of an import.
type SchemaImport struct {
	Source   string         `json:"source"`
	Version  string         `json:"version"`
	Folder   string         `json:"folder"`
	Families map[string]int `json:"families"`
	Types    DiffCount      `json:"typeChanges"` // over what was known before
	Keys     DiffCount      `json:"keyChanges"`
	Skipped  []string       `json:"skipped"` // files that cannot be used, each with the reason
}

// grid is a table without lines. Cells are printable already; columns with nothing in them are left out.
func (p *Printer) grid(headers []string, rows [][]string) {
	var used []int
	for column := range headers {
		if slices.ContainsFunc(rows, func(row []string) bool { return row[column] != "" }) {
			used = append(used, column)
		}
	}
	pick := func(row []string) []string {
		var cells []string
		for _, column := range used {
			cells = append(cells, row[column])
		}
		return cells
	}
	t := table.New().
		BorderTop(false).BorderBottom(false).BorderLeft(false).BorderRight(false).BorderColumn(false).BorderHeader(false).BorderRow(false).
		Headers(pick(headers)...).
		StyleFunc(func(row, _ int) lipgloss.Style {
			return lipgloss.NewStyle().PaddingLeft(2).Faint(row == table.HeaderRow)
		})
	for _, row := range rows {
		t.Row(pick(row)...)
	}
	rendered := t.Render()
	if p.Width > 0 && lipgloss.Width(rendered) > p.Width {
		if p.Width < narrow { // columns would break words
			p.stack(pick(headers), rows, pick)
			return
		}
		rendered = t.Width(p.Width).Render()
	}
	for line := range strings.SplitSeq(rendered, "\n") {
		p.Line("%s", strings.TrimRight(line, " "))
	}
}

// narrow is below how many columns a wide table is stacked.
const narrow = 80

// stack writes a table for a narrow screen: a row is a paragraph, headed by its first cell.
func (p *Printer) stack(headers []string, rows [][]string, pick func([]string) []string) {
	for i, row := range rows {
		if i > 0 {
			p.Line("")
		}
		for j, cell := range pick(row) {
			switch {
			case j == 0:
				p.Line("%s", bold.Render(cell))
			case strings.ContainsRune(cell, '\x1b'): // a styled word
				p.Line("  %s: %s", headers[j], cell)
			case cell != "":
				p.paragraph("  ", headers[j]+": "+cell)
			}
		}
	}
}

// SchemaList writes types as a table, with a column for each platform.
func (p *Printer) SchemaList(l *SchemaList, platforms []string) {
	if len(l.Types) == 0 {
		p.Line("no types")
		return
	}
	var rows [][]string
	for _, t := range l.Types {
		row := []string{Clean(t.ID), Clean(t.Family)}
		for _, platform := range platforms {
			i := slices.IndexFunc(t.Platforms, func(l SchemaLifecycle) bool { return l.Platform == platform })
			if i < 0 {
				row = append(row, "")
				continue
			}
			row = append(row, lifecycle(t.Platforms[i]))
		}
		rows = append(rows, row)
	}
	p.grid(slices.Concat([]string{"type", "family"}, platforms), rows)
	p.Line("")
	p.Line("%s", Count(len(l.Types), "type"))
}

func lifecycle(l SchemaLifecycle) string {
	s := cmp.Or(l.Introduced, "yes")
	if l.Deprecated != "" {
		s += ", deprecated " + l.Deprecated
	}
	if l.Removed != "" {
		s += ", removed " + l.Removed
	}
	return s
}

// SchemaMatches writes what a search found, a line each.
func (p *Printer) SchemaMatches(m *SchemaMatches) {
	var rows [][]string
	for _, x := range m.Matches {
		rows = append(rows, []string{Clean(x.ID), Clean(x.Path), cmp.Or(x.Type, x.Family)})
	}
	p.grid([]string{"type", "key", "is"}, rows)
	p.Line("")
	if len(m.Matches) == 1 {
		p.Line("1 match")
		return
	}
	p.Line("%d matches", len(m.Matches))
}

// SchemaSources writes what the facts come from and how to refresh them.
func (p *Printer) SchemaSources(s *SchemaSources) {
	for _, c := range s.Catalogs {
		title := bold.Render(Clean(c.Name))
		if c.Folder != "" {
			title += "  " + faint.Render(Clean(c.Folder))
		}
		p.Line("%s  %s", title, families(c.Families))
		var rows [][]string
		for _, x := range c.Sources {
			rows = append(rows, []string{Clean(x.Name), Clean(x.Version), Count(x.Types, "type")})
		}
		p.grid([]string{"source", "version", "used by"}, rows)
		p.Line("")
	}
	if len(s.Catalogs) > 1 {
		p.Line("in use: %s; of a type that several catalogs have, the upper one's counts", families(s.Families))
	}
	p.Line("%s", faint.Render("to refresh: git clone https://github.com/apple/device-management, then syncguard schema import device-management"))
}

// families counts types in words: 126 payload types, 64 declaration-side types, 166 preference domains.
func families(counts map[string]int) string {
	declarations := 0
	for _, family := range []string{"configuration", "asset", "activation", "management", "credential"} {
		declarations += counts[family]
	}
	var parts []string
	for _, x := range []struct {
		n    int
		noun string
	}{{counts["payload"], "payload type"}, {declarations, "declaration-side type"}, {counts["preferences"], "preference domain"}, {counts["envelope"], "envelope"},
		{counts["status"], "type of status items"}} {
		if x.n > 0 {
			parts = append(parts, Count(x.n, x.noun))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "nothing")
}

// SchemaImport says what an import brought.
func (p *Printer) SchemaImport(i *SchemaImport) {
	p.Line("%s  %s", bold.Render(Clean(i.Folder)), families(i.Families))
	p.Line("  from %s %s", Clean(i.Source), Clean(i.Version))
	p.Line("  compared with what was known: %s; %s", i.Types.words("type"), i.Keys.words("key"))
}

func (c DiffCount) words(noun string) string {
	return fmt.Sprintf("%s added, %d removed, %d changed", Count(c.Added, noun), c.Removed, c.Changed)
}

// SchemaRemoved lists the imported catalogs that were taken away.
type SchemaRemoved struct {
	Folders []string `json:"folders"`
}

// SchemaRemoved says what was taken away from a folder.
func (p *Printer) SchemaRemoved(r *SchemaRemoved, folder string) {
	if len(r.Folders) == 0 {
		p.Line("nothing is imported in %s", Clean(folder))
	}
	for _, name := range r.Folders {
		p.Line("removed %s", Clean(name))
	}
}
