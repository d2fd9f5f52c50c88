package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/convert"
	"syncguard/internal/convert/sources"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/plist"
	"syncguard/internal/secret"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/internal/text"
)

// ImportOptions are the profiles to convert into templates.
type ImportOptions struct {
	Paths   []string // files, folders, - for stdin
	Out     string   // folder for the templates; empty to write none
	Secrets string   // file for the secrets; empty to write none
	Check   bool     // write nothing
	Force   bool     // replace existing files
}

// ImportResult is the result of Import. Its JSON is stable: fields are only ever added (docs/json.md).
type ImportResult struct {
	Output  string     `json:"output"`  // the folder; empty if nothing was written
	Secrets string     `json:"secrets"` // the file of the secrets; empty without any
	Files   []Imported `json:"files"`   // one for each file

	Failures []error `json:"-"`
	Failed   bool    `json:"-"` // a file has no template, or its template does not build the same content
}

// Imported is one file with its template.
type Imported struct {
	File string `json:"file"`     // as given or found; `stdin` for `-`
	Tool string `json:"tool"`     // origin of the export or repository: `Jamf Pro`, `Fleet`, `Iru`, or empty
	Name string `json:"template"` // name in the folder; empty without a template
	convert.Template
	Beside  []string `json:"beside"`  // names of data files next to the template
	Same    bool     `json:"same"`    // whether building the template gives the same content
	Refused string   `json:"refused"` // why there is no template; otherwise empty
	Help    string   `json:"help"`    // what to do about it, if known

	Findings []diag.Diagnostic `json:"-"` // why the file is unreadable
}

// Import converts profiles and declarations into templates. Before writing any, it builds each in memory and compares the result
// with the original.
func Import(ctx context.Context, h *Host, o ImportOptions) (*ImportResult, error) {
	im := &importing{host: h, o: o, secrets: plist.NewDictionary(), hasSecret: map[string]bool{}, result: &ImportResult{Files: []Imported{}}}
	sources, err := im.sources()
	if err != nil {
		return nil, err
	}
	if o.Out == "" && !o.Check && len(sources) > 1 {
		return nil, diag.Usage("give a folder with -o FOLDER, or use --check", "missing output folder for %s", text.Count(len(sources), "template"))
	}
	catalog, _, err := h.catalog()
	if err != nil {
		return nil, err
	}
	im.converter = convert.New(catalog)
	im.staging = h.Files.Stage(h.Now())
	defer func() { _ = im.staging.Close() }()
	name := func(s importSource) string { return s.path }
	for f, err := range each(ctx, h, "importing", sources, name, &im.result.Failures, im.template) {
		if err == nil {
			err = im.take(f)
		}
		if err != nil {
			return nil, err
		}
	}
	return im.result, im.write()
}

// importing is one call of Import.
type importing struct {
	host      *Host
	o         ImportOptions
	converter *convert.Converter
	secrets   *plist.Value // by variable name
	hasSecret map[string]bool
	staging   files.Stage
	result    *ImportResult
}

// importSource is a file to convert.
type importSource struct {
	input
	name    string          // name of the template
	context sources.Context // settings found in its folder
}

// sources lists the files to convert, each with the name of its template and the settings found in its folder.
func (im *importing) sources() (found []importSource, err error) {
	finder := inputFinder{im.host, "stdin", im.isImportable, "profile (*.mobileconfig), declaration (*.json) or export of Jamf Pro (*.xml)"}
	inputs, failures, err := finder.find(im.o.Paths)
	if err != nil {
		return nil, err
	}
	contexts := map[string]sources.Context{}
	for _, path := range im.o.Paths {
		inFolder, unread := im.contextsOf(path)
		failures = append(failures, unread...)
		for name, c := range inFolder {
			contexts[filepath.Join(path, filepath.FromSlash(name))] = c
		}
	}
	names := convert.Names{}
	for _, in := range inputs {
		s := importSource{in, convert.NameFromPath(in.path), contexts[filepath.Clean(in.path)]}
		if s.context.Name != "" {
			s.name = convert.Slug(s.context.Name)
		}
		s.name = names.Unique(s.name, "-")
		found = append(found, s)
	}
	im.result.Failures = failures
	return found, nil
}

// contextsOf reads the settings a folder holds for its profiles, by file name. It returns nil for a file.
func (im *importing) contextsOf(path string) (map[string]sources.Context, []error) {
	if path == "-" || !files.IsFolder(im.host.Files, path) {
		return nil, nil
	}
	folder, err := im.host.Files.OpenFolder(path)
	if err != nil {
		return nil, []error{err}
	}
	defer folder.Close()
	contexts, failures := sources.ReadFolder(folder)
	for i, err := range failures {
		failures[i] = fmt.Errorf("%s%c%w", filepath.Clean(path), filepath.Separator, err)
	}
	return contexts, failures
}

// platformOf returns the platform that the nearest folder of a file is named after, as in platforms/macos/configuration-profiles.
func platformOf(name string) target.Platform {
	folders := strings.Split(filepath.ToSlash(filepath.Dir(name)), "/")
	for _, folder := range slices.Backward(folders) {
		for _, p := range target.Platforms() {
			if strings.EqualFold(folder, string(p)) {
				return p
			}
		}
	}
	return ""
}

// isFleets reports whether a file is in a folder for profiles as fleetctl new makes it: platforms/macos/configuration-profiles.
func isFleets(name string) bool {
	return slices.Contains(strings.Split(filepath.ToSlash(filepath.Dir(name)), "/"), "configuration-profiles")
}

// isImportable reports whether a file found in a folder can become a template.
func (im *importing) isImportable(in input) bool {
	if !strings.EqualFold(filepath.Ext(in.path), ".xml") {
		return im.host.hasProfileName(in)
	}
	data, err := in.read(im.host)
	return err == nil && sources.IsJamf(data)
}

// template converts one source.
func (im *importing) template(s importSource) (f Imported, err error) {
	f = Imported{File: s.path, Template: convert.NewTemplate(), Beside: []string{}}
	data, err := s.read(im.host)
	if err != nil {
		return f, err
	}
	context := s.context
	if sources.IsJamf(data) {
		if data, context, err = sources.ReadJamf(data); err != nil {
			f.Refused = err.Error()
			return f, nil
		}
	}
	f.Tool = context.Tool
	doc, findings := document.Open(diag.NewFile(s.path, data))
	secret.Mark(doc.Root)
	if doc.Defect != nil {
		f.Refused = doc.Defect.Message
		if doc.Defect.Help != "" {
			f.Help = doc.Defect.Help
		}
		return f, nil
	}
	if !doc.Whole {
		secret.Scrub(findings)
		hideSecrets(doc, true)
		f.Refused, f.Help, f.Findings = "it can be read only in part", "correct its errors and import it again", findings
		return f, nil
	}
	made, err := im.converter.Template(doc, convert.Options{Source: filepath.ToSlash(s.path), Name: s.name, Comments: context.Comments(),
		Platforms: context.Platforms, Likely: platformOf(s.path), Managed: context.Tool != "" || isFleets(s.path), SeparateFiles: im.o.Out != ""})
	var refused *convert.RefusedError
	if errors.As(err, &refused) {
		f.Refused = refused.Error()
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("importing %s: %w", s.path, err)
	}
	f.Template, f.Name, f.Same = *made, s.name+".yaml", len(made.Differences) == 0
	for _, file := range made.Files {
		f.Beside = append(f.Beside, file.Name)
	}
	return f, nil
}

// take adds one file to the result and stages its template. The files come in order.
func (im *importing) take(f Imported) error {
	im.takeSecrets(&f)
	im.result.Files = append(im.result.Files, f)
	im.result.Failed = im.result.Failed || !f.Same
	if f.Text == nil || im.o.Out == "" {
		return nil
	}
	for _, file := range append(f.Files, convert.File{Name: f.Name, Data: f.Text}) {
		if err := im.add(filepath.Join(im.o.Out, file.Name), file.Data, 0o644); err != nil {
			return err
		}
	}
	im.result.Output = im.o.Out
	return nil
}

// takeSecrets adds the secrets of a template to the common file of secrets.
func (im *importing) takeSecrets(f *Imported) {
	if im.o.Secrets == "" {
		return
	}
	for _, s := range f.Template.Secrets {
		switch {
		case strings.HasPrefix(s.Value.Text, "env:"), strings.HasPrefix(s.Value.Text, "file:"):
			// build would follow it
			f.Notes = append(f.Notes, fmt.Sprintf("the secret %s begins with env: or file:, so it is left out of %s; build takes it from %s", s.Variable, im.o.Secrets, s.Environment))
		case im.hasSecret[s.Variable]:
			f.Notes = append(f.Notes, fmt.Sprintf("another template has a secret %s, so this one is left out of %s; build takes it from %s", s.Variable, im.o.Secrets, s.Environment))
		default:
			im.secrets.Fields, im.hasSecret[s.Variable] = append(im.secrets.Fields, plist.Field{Key: s.Variable, Value: s.Value}), true
		}
	}
}

// add stages a file. It refuses to replace an existing one without Force.
func (im *importing) add(path string, data []byte, mode fs.FileMode) error {
	if _, err := im.host.Files.Lstat(path); err == nil && !im.o.Force {
		return diag.WithHint(fmt.Errorf("%s already exists; nothing was written", path), "choose another folder, or add --force to replace it")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return im.staging.Add(path, data, mode)
}

// write commits all templates and the secrets: all files or none.
func (im *importing) write() error {
	if im.o.Secrets != "" && len(im.secrets.Fields) > 0 {
		data, err := template.Write(im.secrets)
		if err != nil {
			return err
		}
		if err := im.add(im.o.Secrets, data, 0o600); err != nil {
			return err
		}
		im.result.Secrets = im.o.Secrets
	}
	return im.staging.Commit()
}
