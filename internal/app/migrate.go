package app

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"syncguard/internal/convert"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/lint"
	"syncguard/internal/migrate"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
	"syncguard/profiles"
)

// MigrateOptions are the profiles to turn into declarations.
type MigrateOptions struct {
	Paths   []string // files, folders, - for stdin
	Out     string   // folder for the declarations; empty to write none
	Targets []string // devices to check the declarations for
}

// Migration is the result of Migrate. Its JSON is stable: fields are only ever added (docs/json.md).
type Migration struct {
	Output   string            `json:"output"`   // the folder; empty if nothing was written
	Files    []MigratedFile    `json:"files"`    // one for each readable profile
	Findings []diag.Diagnostic `json:"findings"` // about the declarations; `file` is the name in the folder
	TargetNotes

	Refused    bool              `json:"-"` // errors kept the declarations from being written
	Unreadable []diag.Diagnostic `json:"-"` // why files are unreadable
	Partial    int               `json:"-"` // files read in part, because of errors
	Failures   []error           `json:"-"`
	Failed     bool              `json:"-"`
}

// MigratedFile is one profile with its declarations.
type MigratedFile struct {
	File         string                `json:"file"`         // as given or found; `stdin` for `-`
	Changes      []migrate.Change      `json:"changes"`      // each payload or key deprecated or removed by OS 26 or 27
	Declarations []MigratedDeclaration `json:"declarations"` // including activations
}

// MigratedDeclaration is a new configuration or activation.
type MigratedDeclaration struct {
	File        string `json:"file"` // name in the output folder
	Type        string `json:"type"` // as in the declaration
	Identifier  string `json:"identifier"`
	ServerToken string `json:"serverToken"`
}

// Migrate finds the payloads and keys deprecated or removed by the newest OS versions, and makes declarations to replace them. It
// writes the declarations only if none has an error.
func Migrate(ctx context.Context, h *Host, o MigrateOptions) (*Migration, error) {
	m := &migration{ctx: ctx, host: h, result: &Migration{Files: []MigratedFile{}, Findings: []diag.Diagnostic{}}, names: convert.Names{}}
	var err error
	if m.targets, m.result.TargetNotes, err = parseTargets(h, o.Targets); err != nil {
		return nil, err
	}
	inputs, failures, err := findProfiles(h, o.Paths)
	if err != nil {
		return nil, err
	}
	if m.catalog, _, err = h.catalog(); err != nil {
		return nil, err
	}
	m.check = lint.New(m.catalog)
	m.result.Failures = failures
	for f, err := range eachFile(ctx, h, "reading", inputs, &m.result.Failures, m.open) {
		if err != nil {
			return nil, err
		}
		if err := m.add(f); err != nil {
			m.result.Failures = append(m.result.Failures, err)
		}
	}
	return m.result, m.write(o.Out)
}

// migration is one call of Migrate.
type migration struct {
	ctx     context.Context
	host    *Host
	catalog *schema.Catalog
	check   *lint.Checker
	targets []target.Target
	names   convert.Names // file names in use
	made    []files.File
	result  *Migration
}

// opened is a profile with its reading errors.
type opened struct {
	name     string
	doc      *document.Document
	findings []diag.Diagnostic
}

func (m *migration) open(in input, data []byte) (opened, error) {
	doc, findings := document.Open(diag.NewFile(in.path, data))
	if doc.Defect == nil && doc.Kind() == document.Declaration {
		return opened{}, diag.WithHint(fmt.Errorf("%s is already a declaration", in.path), "migrate takes profiles only")
	}
	return opened{in.path, doc, findings}, nil
}

// checkOpened refuses encrypted payloads, and warns about a file readable only in part.
func (h *Host) checkOpened(name string, doc *document.Document, findings []diag.Diagnostic) error {
	if doc.IsEncrypted() {
		return diag.WithHint(fmt.Errorf("%s: its payloads are encrypted", name), "decrypt it first with syncguard decrypt and the recipient's key")
	}
	if diag.HasErrors(findings) {
		hint := "syncguard validate shows where"
		if files.Exists(h.Files, name) {
			hint = "syncguard validate " + name + " shows where"
		}
		h.warn(name+" has errors, so parts of it may be missing here", hint)
	}
	return nil
}

func (m *migration) add(f opened) error {
	if f.doc.Defect != nil {
		m.result.Unreadable = append(m.result.Unreadable, *f.doc.Defect)
		return nil
	}
	if err := m.host.checkOpened(f.name, f.doc, f.findings); err != nil {
		return err
	}
	defer hideSecrets(f.doc, diag.HasErrors(f.findings))
	if diag.HasErrors(f.findings) {
		m.result.Partial++
	}
	plan, err := migrate.NewPlan(f.doc.Root, m.catalog)
	if err != nil {
		return err
	}
	result := MigratedFile{File: f.name, Changes: plan.Changes, Declarations: []MigratedDeclaration{}}
	mode := fs.FileMode(0o644)
	if secret.Has(f.doc.Root) {
		mode = 0o600
	}
	for _, d := range plan.Declarations {
		name := m.fileName(f.name, d)
		activation := profiles.Activation(profiles.DeclarationIdentifier(d.Identifier, d.Identifier+".activation"), d.Identifier)
		for _, x := range []struct {
			profiles.Declaration
			file string
		}{{d, name + ".json"}, {activation, name + ".activation.json"}} {
			made, err := m.declaration(x.Declaration, x.file, mode)
			if err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			result.Declarations = append(result.Declarations, made)
		}
	}
	m.result.Files = append(m.result.Files, result)
	return nil
}

// declaration checks and encodes one declaration.
func (m *migration) declaration(d profiles.Declaration, file string, mode fs.FileMode) (made MigratedDeclaration, err error) {
	root, err := d.Value()
	if err != nil {
		return made, err
	}
	found, err := m.check.CheckDeclaration(root, m.targets, lint.Options{Interrupted: m.ctx.Err})
	if err != nil {
		return made, err
	}
	for _, f := range found {
		if f.Severity >= diag.Warning {
			f.File = file
			m.result.Findings = append(m.result.Findings, f)
		}
	}
	data, err := d.Encode()
	if err != nil {
		return made, err
	}
	m.made = append(m.made, files.File{Name: file, Data: data, Mode: mode})
	return MigratedDeclaration{File: file, Type: d.Type, Identifier: d.Identifier, ServerToken: root.Get("ServerToken").Text}, nil
}

// fileName returns a unique name made of profile and declaration type, without an extension: corp.network.dns-settings.
func (m *migration) fileName(path string, d profiles.Declaration) string {
	base := filepath.Base(path)
	return m.names.Unique(strings.TrimSuffix(base, filepath.Ext(base))+"."+strings.TrimPrefix(d.Type, "com.apple.configuration."), ".")
}

// write writes the declarations, unless one of them or a file has an error.
func (m *migration) write(out string) error {
	r := m.result
	r.Failed = diag.HasErrors(r.Findings) || len(r.Unreadable) > 0
	if out == "" || len(m.made) == 0 {
		return nil
	}
	if r.Refused = r.Failed || len(r.Failures) > 0; r.Refused {
		return nil
	}
	r.Output = out
	return files.Write(m.host.Files, out, m.made, m.host.Now())
}
