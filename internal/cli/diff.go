package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/diff"
	"syncguard/internal/document"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/view"
)

type diffOptions struct {
	exitCode bool
	git      bool
	format   choiceFlag
}

func newDiffCmd(env *Env) *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Say what differs between two profiles, and what devices do about it",
		Long: `Compare two profiles or declarations, or two folders of them, by what they say: the order of keys, the signature and
the form of the file do not count. Of each pair you see what a device does that has OLD and gets NEW, and every key
that was added, removed or changed, at any depth.

A device replaces the profile that has the same PayloadIdentifier, and updates a payload in place where PayloadIdentifier
and PayloadUUID both stay; else it removes the payload and installs the new one. In folders files belong together by
what they identify as, and then by their names.

One of the two may be -, which is stdin. The exit code is 0 also where something differs; --exit-code makes it 1. With
--git it takes the arguments of git's diff driver.`,
		Example: `  syncguard diff old.mobileconfig new.mobileconfig
  syncguard diff --exit-code --format markdown dist-main/ dist/
  git show HEAD:corp.mobileconfig | syncguard diff - corp.mobileconfig`,
		Args: o.checkArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.git {
				return runGitDiff(env, o, args)
			}
			return runDiff(cmd.Context(), env, o, args[0], args[1])
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.exitCode, "exit-code", false, "exit with 1 where something differs")
	flags.BoolVar(&o.git, "git", false, "take the arguments that git gives to a diff driver")
	o.format.addFormats(cmd, "text", "json", "markdown")
	return cmd
}

func (o *diffOptions) checkArgs(_ *cobra.Command, args []string) error {
	switch {
	case o.git:
		if len(args) != 1 && len(args) != 7 && len(args) != 9 {
			return usage("git gives 7 or 9 arguments; see docs/diff.md for how to set it up", "--git got %d arguments", len(args))
		}
	case len(args) != 2:
		return usage("name two files or two folders: syncguard diff OLD NEW", "%d are named, want two", len(args))
	case args[0] == "-" && args[1] == "-":
		return usage("name a file for the other one", "stdin can be read once")
	}
	return nil
}

func runDiff(ctx context.Context, env *Env, o diffOptions, old, new string) error {
	oldIsFolder, newIsFolder := isFolder(old), isFolder(new)
	if oldIsFolder != newIsFolder {
		return usage("name two files or two folders", "%s and %s: one is a folder and the other is not", old, new)
	}
	catalog, _, err := env.catalog()
	if err != nil {
		return err
	}
	d := &differ{env: env, catalog: catalog}
	var pairs [][2]*diff.Side
	if oldIsFolder {
		sides := [2][]*diff.Side{d.folder(old), d.folder(new)}
		pairs = diff.Match(sides[0], sides[1], func(a, b *diff.Side) bool { return below(old, a.Name) == below(new, b.Name) })
	} else {
		pairs = [][2]*diff.Side{{d.file(inputOf(old)), d.file(inputOf(new))}}
	}
	if len(d.failures) > 0 && !oldIsFolder {
		return verdict(env, d.failures, false)
	}
	r := view.ProfileDiffs{Files: []view.ProfileDiff{}, Old: old, New: new, Titles: oldIsFolder, Sum: oldIsFolder}
	for result := range ordered(pairs, runtime.GOMAXPROCS(0), d.compare) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if result.err != nil {
			d.failures = append(d.failures, result.err)
			continue
		}
		r.Add(result.difference)
	}
	return d.finish(&r, o)
}

// below is the name of a file in a folder.
func below(folder, path string) string {
	if name, err := filepath.Rel(folder, path); err == nil {
		return name
	}
	return path
}

// differ is one run of the command.
type differ struct {
	env      *Env
	catalog  *schema.Catalog
	failures []error
}

type compared struct {
	difference *diff.Difference
	err        error
}

// compare compares one pair. A defect of syncguard itself costs one pair and not the run.
func (d *differ) compare(pair [2]*diff.Side) (result compared) {
	defer func() {
		if p := recover(); p != nil {
			result = compared{err: fmt.Errorf("%s: comparing stopped on a defect of syncguard: %v", pair[1].Name, p)}
		}
	}()
	difference, err := diff.Compare(pair[0], pair[1], d.catalog)
	return compared{difference, err}
}

func (d *differ) finish(r *view.ProfileDiffs, o diffOptions) error {
	var err error
	switch o.format.value {
	case "json":
		err = view.WriteJSON(d.env.Stdout, r)
	case "markdown":
		err = view.ProfileDiffsMarkdown(d.env.Stdout, r)
	default:
		d.env.out().ProfileDiffs(r)
	}
	if err != nil {
		return err
	}
	return verdict(d.env, d.failures, o.exitCode && r.Differ > 0)
}

// folder opens every profile and declaration in a folder. What cannot be read is among the failures.
func (d *differ) folder(path string) []*diff.Side {
	finder := inputFinder{"stdin", hasProfileName, "profile (*.mobileconfig) or declaration (*.json)"}
	inputs, failures := finder.walk(path)
	d.failures = append(d.failures, failures...)
	var sides []*diff.Side
	for s := range ordered(inputs, runtime.GOMAXPROCS(0), func(in input) opened { return openSide(d.env, in) }) {
		if s.err != nil {
			d.failures = append(d.failures, s.err)
			continue
		}
		sides = append(sides, s.side)
	}
	return sides
}

func (d *differ) file(in input) *diff.Side {
	s := openSide(d.env, in)
	if s.err != nil {
		d.failures = append(d.failures, s.err)
	}
	return s.side
}

// opened is one side, or why it cannot be read.
type opened struct {
	side *diff.Side
	err  error
}

func openSide(env *Env, in input) opened {
	data, err := in.Read(env.host())
	if err != nil {
		return opened{err: err}
	}
	side, err := sideOf(in.Path(), data)
	return opened{side, err}
}

// sideOf reads a profile or a declaration to be compared.
func sideOf(name string, data []byte) (*diff.Side, error) {
	doc, findings := document.Open(diag.NewFile(name, data))
	secret.Scrub(findings)
	if doc.Defect != nil {
		return nil, unfit(name, doc.Defect)
	}
	for _, f := range findings {
		if f.Severity == diag.Error {
			return nil, withWhere(fmt.Errorf("%s: %s", name, f.Message), name)
		}
	}
	root := diff.Unfold(doc.Root)
	secret.Mark(root)
	return &diff.Side{Name: name, Root: root, Declaration: doc.Kind() == document.Declaration, Signers: signersOf(doc)}, nil
}

// signersOf names who signed a file. A signer whose certificate is not in it is told by nothing.
func signersOf(doc *document.Document) []diff.Signer {
	if !doc.Signed {
		return nil
	}
	facts, err := cms.Signers(doc.Message)
	if err != nil || len(facts) == 0 {
		return []diff.Signer{{Name: "unknown"}}
	}
	var signers []diff.Signer
	for _, f := range facts {
		s := diff.Signer{Name: "unknown"}
		if f.Certificate != nil {
			s = diff.Signer{Name: cms.Name(f.Certificate), Fingerprint: cms.Fingerprint(f.Certificate)}
		}
		signers = append(signers, s)
	}
	return signers
}

// runGitDiff compares what git gives to a diff driver: PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX NEW-MODE, with
// NEW-PATH and how alike they are where a file was renamed, and PATH alone where a merge is not resolved. A failure would end
// git's whole diff, so a file that does not read is only said.
func runGitDiff(env *Env, o diffOptions, args []string) error {
	if len(args) == 1 {
		env.out().Line("%s", view.Clean(args[0]+": not merged"))
		return nil
	}
	catalog, _, err := env.catalog()
	if err != nil {
		return err
	}
	path, newPath := args[0], args[0]
	if len(args) == 9 {
		newPath = args[7]
	}
	old, err1 := gitSide("a/"+path, args[1])
	new, err2 := gitSide("b/"+newPath, args[4])
	if err := errors.Join(err1, err2); err != nil {
		env.out().Line("%s", view.Clean(fmt.Sprintf("%s: not compared: %v", newPath, plain(err))))
		return nil
	}
	old.Declaration, new.Declaration = old.Declaration || old.Root == nil && new.Declaration, new.Declaration || new.Root == nil && old.Declaration
	d := &differ{env: env, catalog: catalog}
	r := view.ProfileDiffs{Files: []view.ProfileDiff{}, Old: old.Name, New: new.Name, Titles: true}
	result := d.compare([2]*diff.Side{old, new})
	if result.err != nil {
		return result.err
	}
	r.Add(result.difference)
	return d.finish(&r, o)
}

// gitSide reads what git has put into a file, os.DevNull where there is none.
func gitSide(name, path string) (*diff.Side, error) {
	if path == os.DevNull {
		return &diff.Side{Name: name}, nil
	}
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return sideOf(name, data)
}

// withWhere adds to an error of a file how to find the place. What came from stdin is gone.
func withWhere(err error, name string) error {
	if _, statErr := os.Stat(name); statErr != nil {
		return err
	}
	return withHint(err, "syncguard validate %s says where", name)
}
