package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/lint"
	"syncguard/internal/migrate"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
	"syncguard/internal/view"
	"syncguard/profiles"
)

type migrateOptions struct {
	paths   []string
	out     string
	targets []string
	format  choiceFlag
}

func newMigrateCmd(env *Env) *cobra.Command {
	var o migrateOptions
	cmd := &cobra.Command{
		Use:   "migrate FILE…",
		Short: "Turn what OS 26 and 27 deprecate into declarations",
		Long: `Say for each payload and key of profiles (XML or binary, signed or not) what OS 26 and 27 deprecate or remove, and which
declaration takes its place. What maps key by key becomes a declaration; what that does not do is said. A FILE of - is
stdin; in a folder every *.mobileconfig is read. Signatures are not verified.

With -o the declarations are written as JSON, an activation with each configuration. They are checked against Apple's
schemas first, with --target for these devices; one with an error keeps all from being written. The profiles stay as they
are: a device must not get a payload and the declaration in its place.`,
		Example: `  syncguard migrate corp.mobileconfig
  syncguard migrate profiles/ -o declarations
  syncguard migrate corp.mobileconfig --target iOS@27/supervised -o declarations`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("name a profile, a folder, or - for stdin", "nothing to migrate")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			o.paths = args
			return runMigrate(env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.out, "out", "o", "", "write the declarations into this folder")
	flags.StringArrayVar(&o.targets, "target", nil, "check what these devices would do with the declarations (repeatable)")
	o.format.addFormats(cmd, "text", "json")
	_ = cmd.MarkFlagDirname("out")
	return cmd
}

func runMigrate(env *Env, o migrateOptions) error {
	targets, err := env.parseTargets(o.targets)
	if err != nil {
		return err
	}
	finder := inputFinder{"stdin", isProfileName, "profile (*.mobileconfig)"}
	inputs, failures, err := finder.find(o.paths)
	if err != nil {
		return err
	}
	catalog, _, err := env.catalog()
	if err != nil {
		return err
	}
	m := &migration{env: env, catalog: catalog, check: lint.New(catalog), targets: targets, names: map[string]bool{}}
	m.report = view.Migration{Files: []view.MigratedFile{}}
	m.report.TargetNotes.TargetNotes = env.targetNotes
	for _, in := range inputs {
		switch err := m.file(in); {
		case errors.Is(err, errFindings):
			m.unreadable = true
		case err != nil:
			failures = append(failures, err)
		}
	}
	return m.finish(o, failures)
}

// migration is one run of the command.
type migration struct {
	env      *Env
	catalog  *schema.Catalog
	check    *lint.Checker
	targets  []target.Target
	report   view.Migration
	outputs  []output
	names    map[string]bool // of files, in lower case
	findings []diag.Diagnostic

	unreadable bool // a file had nothing in it that could be read, which was said
}

func (m *migration) file(in input) error {
	data, err := in.Read(m.env.host())
	if err != nil {
		return err
	}
	doc, findings := document.Open(diag.NewFile(in.Path(), data))
	f, err := openedFile(m.env, in.Path(), doc, findings)
	if err != nil {
		return err
	}
	if doc.Kind() == document.Declaration {
		return withHint(fmt.Errorf("%s: is a declaration already", in.Path()), "migrate takes profiles")
	}
	defer hideSecrets(doc, diag.HasErrors(findings))
	plan, err := migrate.Of(f.Root, m.catalog)
	if err != nil {
		return err
	}
	result := view.MigratedFile{File: in.Path(), Changes: []view.MigrationChange{}, Declarations: []view.MigratedDeclaration{}}
	for _, c := range plan.Changes {
		result.Changes = append(result.Changes, view.NewMigrationChange(c, plan))
	}
	mode := fs.FileMode(0o644)
	if secret.Has(f.Root) {
		mode = 0o600
	}
	for _, d := range plan.Declarations {
		name := m.fileName(in.Path(), d)
		activation := profiles.Activation(profiles.DeclarationIdentifier(d.Identifier, d.Identifier+".activation"), d.Identifier)
		for _, x := range []struct {
			profiles.Declaration
			file string
		}{{d, name + ".json"}, {activation, name + ".activation.json"}} {
			written, err := m.declaration(x.Declaration, x.file, mode)
			if err != nil {
				return fmt.Errorf("%s: %w", in.Path(), err)
			}
			result.Declarations = append(result.Declarations, written)
		}
	}
	m.report.Files = append(m.report.Files, result)
	return nil
}

// declaration checks and encodes one declaration.
func (m *migration) declaration(d profiles.Declaration, file string, mode fs.FileMode) (view.MigratedDeclaration, error) {
	root, err := d.Value()
	if err != nil {
		return view.MigratedDeclaration{}, err
	}
	found, err := m.check.CheckDeclaration(root, m.targets, lint.Options{})
	if err != nil {
		return view.MigratedDeclaration{}, err
	}
	for _, f := range found {
		f.File = file
		m.findings = append(m.findings, f)
	}
	data, err := d.Encode()
	if err != nil {
		return view.MigratedDeclaration{}, err
	}
	m.outputs = append(m.outputs, output{file, data, mode})
	return view.MigratedDeclaration{File: file, Type: d.Type, Identifier: d.Identifier, ServerToken: root.Get("ServerToken").Text}, nil
}

// fileName names a declaration after its profile and type, so that no two have one name: corp.network.dns-settings.
func (m *migration) fileName(path string, d profiles.Declaration) string {
	base := filepath.Base(path)
	stem := strings.TrimSuffix(base, filepath.Ext(base)) + "." + strings.TrimPrefix(d.Type, "com.apple.configuration.")
	name := stem
	for n := 2; m.names[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s.%d", stem, n)
	}
	m.names[strings.ToLower(name)] = true
	return name
}

// finish writes the declarations, unless one has an error, and reports.
func (m *migration) finish(o migrateOptions, failures []error) error {
	m.findings = slices.DeleteFunc(m.findings, func(d diag.Diagnostic) bool { return d.Severity < diag.Warning })
	m.report.Findings = append([]diag.Diagnostic{}, m.findings...)
	broken := diag.HasErrors(m.findings) || m.unreadable
	if o.out != "" && !broken && len(failures) == 0 && len(m.outputs) > 0 {
		if err := writeFiles(o.out, m.outputs, m.env.Now()); err != nil {
			return err
		}
		m.report.Output = o.out
	}
	m.report.Refused = o.out != "" && m.report.Output == "" && len(m.outputs) > 0
	if o.format.isJSON() {
		if err := view.WriteJSON(m.env.Stdout, m.report); err != nil {
			return err
		}
		return verdict(m.env, failures, broken)
	}
	if len(m.findings) > 0 {
		p := m.env.err()
		p.Findings(m.findings)
		p.Line("")
	}
	if len(m.report.Files) > 0 {
		m.env.out().Migration(&m.report)
	}
	return verdict(m.env, failures, broken)
}
