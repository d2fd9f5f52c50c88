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

// MigrateOptions say which profiles to turn into declarations.
type MigrateOptions struct {
	Paths   []string // files, folders, - for stdin
	Out     string   // folder for the declarations; empty to write none
	Targets []string // to check the declarations for
}

// Migration is what becomes of some profiles. In JSON its shape is stable: fields are only ever added (docs/json.md).
type Migration struct {
	Output   string            `json:"output"`   // the folder; empty where nothing was written
	Files    []MigratedFile    `json:"files"`    // one for each profile that was read
	Findings []diag.Diagnostic `json:"findings"` // of the check of the declarations; `file` is the name in the folder
	TargetNotes

	Refused    bool              `json:"-"` // they were to be written, and something was wrong
	Unreadable []diag.Diagnostic `json:"-"` // why nothing could be read in some files
	Failures   []error           `json:"-"`
	Failed     bool              `json:"-"`
}

// MigratedFile is what becomes of one profile.
type MigratedFile struct {
	File         string                `json:"file"`         // as it was given or found; `stdin` for `-`
	Changes      []migrate.Change      `json:"changes"`      // each payload or key that OS 26 or 27 deprecates or removes
	Declarations []MigratedDeclaration `json:"declarations"` // activations are among them
}

// MigratedDeclaration is a declaration that was made, an activation or a configuration.
type MigratedDeclaration struct {
	File        string `json:"file"` // name in the output folder
	Type        string `json:"type"` // this and the rest as the declaration has them
	Identifier  string `json:"identifier"`
	ServerToken string `json:"serverToken"`
}

// Migrate tells what the newest OS versions end of profiles, and makes the declarations that take its place. They are
// written only where none of them has an error.
func Migrate(ctx context.Context, h *Host, o MigrateOptions) (*Migration, error) {
	m := &migration{host: h, result: &Migration{Files: []MigratedFile{}, Findings: []diag.Diagnostic{}}, names: convert.Names{}}
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

// migration is one run of Migrate.
type migration struct {
	host    *Host
	catalog *schema.Catalog
	check   *lint.Checker
	targets []target.Target
	names   convert.Names // of files
	made    []files.File
	result  *Migration
}

// opened is a profile with what was found in reading it.
type opened struct {
	name     string
	doc      *document.Document
	findings []diag.Diagnostic
}

func (m *migration) open(in input, data []byte) (opened, error) {
	doc, findings := document.Open(diag.NewFile(in.path, data))
	if doc.Defect == nil && doc.Kind() == document.Declaration {
		return opened{}, diag.WithHint(fmt.Errorf("%s: is a declaration already", in.path), "migrate takes profiles")
	}
	return opened{in.path, doc, findings}, nil
}

// checkOpened refuses a file whose payloads are encrypted, and warns of one that can be read in part.
func (h *Host) checkOpened(name string, doc *document.Document, findings []diag.Diagnostic) error {
	if doc.IsEncrypted() {
		return diag.WithHint(fmt.Errorf("%s: its payloads are encrypted", name), "decrypt it first; only the device that it is for can")
	}
	if diag.HasErrors(findings) {
		h.warn(name+" has mistakes: only what can be read is shown (syncguard validate lists them)", "")
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
	found, err := m.check.CheckDeclaration(root, m.targets, lint.Options{})
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

// fileName names a declaration after its profile and type, so that no two have one name: corp.network.dns-settings.
func (m *migration) fileName(path string, d profiles.Declaration) string {
	base := filepath.Base(path)
	return m.names.Unique(strings.TrimSuffix(base, filepath.Ext(base))+"."+strings.TrimPrefix(d.Type, "com.apple.configuration."), ".")
}

// write writes the declarations, unless one has an error.
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
