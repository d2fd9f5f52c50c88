package assistant

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/files"
	"syncguard/internal/text"
	"syncguard/internal/view/plain"
)

type draftInput struct {
	Organization string `json:"organization" jsonschema:"name of the organization, shown on devices"`
	Identifier   string `json:"identifier" jsonschema:"the organization's domain, last part first, such as com.acme"`
	Intents      list   `json:"intents,omitempty" jsonschema:"what should keep iCloud syncing; without any, all intents"`
	Targets      list   `json:"targets,omitempty" jsonschema:"devices, as PLATFORM[@VERSION][/ENROLLMENT], such as iOS@18.2/supervised"`
	DNS          list   `json:"dns,omitempty" jsonschema:"DNS providers: cloudflare, google or quad9"`
}

type draftAnswer struct {
	File     string    `json:"file" jsonschema:"the name that syncguard finds the template by"`
	Template verbatim  `json:"template" jsonschema:"the text of the template, for a person to look at and save; nothing is written"`
	Findings []finding `json:"findings" jsonschema:"what the check of the draft found"`
	Next     []string  `json:"next" jsonschema:"commands for a person to run"`
	Sources  []source  `json:"sources" jsonschema:"who states what the intents do; the tool coverage shows it for each target"`
}

func draft(ctx context.Context, c *call, in *draftInput) (*draftAnswer, error) {
	for _, s := range append([]string{in.Organization, in.Identifier}, in.Targets...) {
		if len(s) > maxName || strings.ContainsFunc(s, text.Unprintable) {
			return nil, fmt.Errorf("invalid name %s: want at most %d printable characters", text.Quote(shorten(s)), maxName)
		}
	}
	if in.Organization == "" || in.Identifier == "" {
		return nil, errors.New("missing organization or identifier: give the name, and its domain with the last part first, such as com.acme")
	}
	made, err := app.Draft(c.host(c.noFiles()), app.InitOptions{File: app.DefaultTemplate, Name: in.Organization, Identifier: in.Identifier, Intents: in.Intents, Targets: in.Targets, DNS: in.DNS})
	if err != nil {
		return nil, err
	}
	h := c.host(files.NewTexts(map[string][]byte{app.DefaultTemplate: made}, &files.Beneath{}))
	run, err := app.Lint(ctx, h, app.LintOptions{Version: c.Version, Paths: []string{app.DefaultTemplate}})
	if err != nil {
		return nil, err
	}
	checked := &checkAnswer{}
	c.Line("%s", strings.TrimSpace(string(made)))
	c.Line("")
	for f, err := range run.Files {
		if err != nil {
			return nil, err
		}
		c.addFindings(checked, f)
	}
	a := &draftAnswer{File: app.DefaultTemplate, Template: verbatim(made), Next: []string{"syncguard lint", "syncguard coverage", "syncguard build"}}
	a.Findings, _ = fit(checked.Findings, maxSide)
	end := c.To(&c.end)
	end.Line("not written: save it as %s", a.File)
	end.Line("checked: %s", plain.Totals(&run.Footer.Totals))
	shown, err := app.Coverage(ctx, h, app.CoverageOptions{Paths: []string{app.DefaultTemplate}})
	if err != nil {
		return nil, err
	}
	a.Sources = coverageSources(shown.Cells())
	c.Sources(a.Sources)
	return a, nil
}

// maxName bounds a name in a draft, in bytes.
const maxName = 200
