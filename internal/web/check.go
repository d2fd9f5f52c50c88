package web

import (
	"context"
	"time"

	"syncguard/internal/app"
)

// CheckParams are the devices, the server and the ways of a check. The request has the files.
type CheckParams struct {
	Targets     []string `json:"targets,omitempty"`     // none for the project's or a template's own
	Server      string   `json:"server,omitempty"`      // ID of the MDM server delivering the files; empty for none
	Separate    bool     `json:"separate,omitempty"`    // each file alone, not all of them as a set for one device
	UnsafeFixes bool     `json:"unsafeFixes,omitempty"` // for fix: also what may change a profile's effect
}

// expiresWithin is the default of the command, too.
const expiresWithin = 30 * 24 * time.Hour

func (p CheckParams) options(c *call) app.LintOptions {
	return app.LintOptions{Version: c.version, Paths: c.given, Targets: p.Targets, For: p.Server, Separate: p.Separate, UnsafeFixes: p.UnsafeFixes,
		ExpiresWithin: expiresWithin}
}

// Checked is the result of lint.
type Checked = Collected[app.LintHeader, *app.LintedFile, *app.LintFooter]

// lint checks the files.
func lint(ctx context.Context, c *call, p CheckParams) (*Checked, error) {
	run, err := app.Lint(ctx, c.Host, p.options(c))
	if err != nil {
		return nil, err
	}
	return collect(run)
}

// fix corrects the files, writes those that change, and returns what is left.
func fix(ctx context.Context, c *call, p CheckParams) (*Checked, error) {
	o := p.options(c)
	o.Fix = app.FixWritten
	run, err := app.Lint(ctx, c.Host, o)
	if err != nil {
		return nil, err
	}
	return collect(run)
}

var checkMethods = []Method{
	method("choices", func(context.Context, *call, struct{}) (*app.ChoicesResult, error) { return app.Choices(), nil }),
	method("lint", lint),
	method("fix", fix),
}
