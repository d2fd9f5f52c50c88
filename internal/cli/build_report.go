package cli

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/baseline"
	"syncguard/internal/compose"
	"syncguard/internal/coverage"
	"syncguard/internal/fact"
	"syncguard/internal/target"
	"syncguard/internal/view"
)

// handoutFlags choose the reports that are written beside the profiles.
type handoutFlags struct{ formats []string }

// handouts are the formats of the report, each the ending of its file.
var handouts = map[string]func(*view.Page, io.Writer) error{
	"html": (*view.Page).HTML,
	"md":   (*view.Page).Markdown,
}

func handoutFormats() []string { return []string{"html", "md"} }

func (f *handoutFlags) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.formats, "report", nil, "also write a report for people: html, md, or both")
	_ = cmd.RegisterFlagCompletionFunc("report", cobra.FixedCompletions(handoutFormats(), cobra.ShellCompDirectiveNoFileComp))
}

func (f *handoutFlags) check() error {
	for _, format := range f.formats {
		if !slices.Contains(handoutFormats(), format) {
			return usage("want "+strings.Join(handoutFormats(), ", "), "--report %q is unknown", format)
		}
	}
	return nil
}

// outputs are the files of the reports, report.html and report.md, which b then lists.
func (f *handoutFlags) outputs(b *view.Build, all []*built) ([]output, error) {
	h := view.HandoutPage(handout(b, all))
	var files []output
	for _, format := range handoutFormats() {
		if !slices.Contains(f.formats, format) {
			continue
		}
		var text bytes.Buffer
		if err := handouts[format](h, &text); err != nil {
			return nil, fmt.Errorf("writing the report: %w", err)
		}
		name := "report." + format
		files, b.Reports = append(files, output{name, text.Bytes(), 0o644}), append(b.Reports, name)
	}
	return files, nil
}

// handout puts the targets of each template together. The profiles of b are in the order of all.
func handout(b *view.Build, all []*built) *view.Handout {
	h := &view.Handout{Build: b}
	for i := 0; i < len(all); {
		spec := all[i].spec
		p := view.HandoutPart{Template: b.Profiles[i].Template, Name: spec.Profile.DisplayName.Value,
			Organization: spec.Organization.Name.Value, Languages: compose.Languages(spec)}
		var targets []target.Target
		var outcomes [][]baseline.Outcome
		for ; i < len(all) && all[i].spec == spec; i++ {
			r := all[i].result
			targets, outcomes = append(targets, r.Target), append(outcomes, r.Outcomes)
			p.Profiles = append(p.Profiles, b.Profiles[i])
			for _, resolver := range r.Resolvers() {
				e := view.Endpoint{Host: resolver.Host, Port: strconv.Itoa(resolver.Port) + " TCP", For: "the DNS service that is set", Evidence: fact.Apple}
				if !slices.Contains(p.Resolvers, e) {
					p.Resolvers = append(p.Resolvers, e)
				}
			}
		}
		p.Matrix = coverage.Outcomes(targets, outcomes)
		h.Parts = append(h.Parts, p)
	}
	return h
}
