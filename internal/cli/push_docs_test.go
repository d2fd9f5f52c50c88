package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"syncguard/internal/app"
	"syncguard/internal/deploy"
)

// destinationTable lists what profiles can be pushed to.
func destinationTable() string {
	var rows []string
	for _, d := range app.Destinations() {
		if d.Push != nil {
			anchor := strings.ToLower(strings.ReplaceAll(d.Server().Name, " ", "-"))
			rows = append(rows, fmt.Sprintf("* [`%s`](#%s): %s. Its tests run against %s", d.Name, anchor, d.Push.Takes, d.Push.Proof))
		}
	}
	return strings.Join(rows, "\n")
}

// exportTable lists what files can be made for.
func exportTable() string {
	var rows []string
	for _, d := range app.Destinations() {
		if d.Export != nil {
			rows = append(rows, fmt.Sprintf("* `%s`: %s. Carried by %s", d.Name, d.Export.Takes, d.Export.Proof))
		}
	}
	return strings.Join(rows, "\n")
}

// flagTable lists the flags of each destination.
func flagTable() string {
	var rows []string
	for _, d := range app.Destinations() {
		if len(d.Flags) > 0 {
			rows = append(rows, fmt.Sprintf("\n`%s`:\n", d.Name))
		}
		for _, f := range d.Flags {
			about := d.FlagHelp(f)
			if f.Default != "" {
				about += " (default: " + f.Default + ")"
			} else if f.Kind == deploy.Choice {
				about += " (default: " + f.Choices[0] + ")"
			}
			rows = append(rows, fmt.Sprintf("* `--%s`%s: %s", f.Name, cond(f.Export && d.Export != nil, ", also for `export`"), about))
		}
	}
	return strings.Join(rows, "\n")
}

// TestDestinationsAreDocumented proves that the page of pushing, or else that of exporting, has a section for every destination.
func TestDestinationsAreDocumented(t *testing.T) {
	for _, d := range app.Destinations() {
		page := "push.md"
		if d.Push == nil {
			page = "export.md"
		}
		text, err := os.ReadFile(filepath.Join(repository, "docs", page))
		if err != nil {
			t.Fatal(err)
		}
		if heading := "\n## " + d.Server().Name + "\n"; !strings.Contains(string(text), heading) {
			t.Errorf("docs/%s has no section %q", page, strings.TrimSpace(heading))
		}
	}
}
