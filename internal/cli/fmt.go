package cli

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"syncguard/internal/diag"
	"syncguard/internal/stable"
	"syncguard/internal/view"
)

type fmtOptions struct {
	paths              []string
	check, diff, write bool
	former             former
}

func newFmtCmd(env *Env) *cobra.Command {
	o := fmtOptions{former: former{uuid: choiceFlag{value: "keep", all: []string{"keep", "stable"}}}}
	cmd := &cobra.Command{
		Use:   "fmt FILE…",
		Short: "Write profiles, declarations and templates in one canonical form",
		Long: `Write profiles in XML, declarations and templates in the one form that build writes: line feeds, tabs in profiles and
two spaces elsewhere, keys sorted, Apple's escaping. Comments and placeholders stay. What a file says is the same
afterwards: each is read back and compared before anything is written.

One file goes to stdout; -w writes in place, --check lists the files that are in another form and makes the exit code 1,
--diff shows what would change. A FILE of - is stdin; in a folder every profile, declaration and template is meant.
Signed and binary profiles are left alone: another form would break the signature.

--uuid stable derives the UUIDs of a profile and its payloads anew from their identifiers, as build does, and what refers
to them follows. A device installs payloads whose UUID changed anew, once.`,
		Example: `  syncguard fmt corp.mobileconfig
  syncguard fmt -w profiles/ templates/
  syncguard fmt --check --diff profiles/
  syncguard fmt --uuid stable --organization com.acme -w corp.mobileconfig`,
		Args: func(_ *cobra.Command, args []string) error {
			o.paths = args
			return o.checkArgs()
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runFmt(cmd.Context(), env, o) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.check, "check", false, "list the files that are in another form, and exit with 1 if there are any")
	flags.BoolVar(&o.diff, "diff", false, "show what would change, and write nothing")
	flags.BoolVarP(&o.write, "write", "w", false, "write in place")
	flags.BoolVar(&o.former.keepOrder, "keep-order", false, "leave keys in the order that they have")
	o.former.uuid.addFlag(cmd, "uuid")
	flags.StringVar(&o.former.organization, "organization", "", "reverse-DNS name that UUIDs are derived from (default: two labels of the identifier)")
	return cmd
}

func (o *fmtOptions) checkArgs() error {
	switch one := len(o.paths) == 1 && !isFolder(o.paths[0]); {
	case len(o.paths) == 0:
		return usage("name a file, a folder, or - for stdin", "nothing to format")
	case o.write && (o.check || o.diff):
		return usage("leave one of them out", "--write changes files, and --check and --diff do not")
	case !one && !o.write && !o.check && !o.diff:
		return usage("-w writes in place, --check lists, --diff shows", "%s cannot all go to stdout", strings.Join(o.paths, " and "))
	case o.former.organization != "" && o.former.uuid.value != "stable":
		return usage("--uuid stable --organization com.acme", "--organization is for --uuid stable only")
	}
	for _, path := range o.paths {
		if path == "-" && o.write {
			return usage("leave -w out; the result goes to stdout", "stdin cannot be written in place")
		}
	}
	return nil
}

func runFmt(ctx context.Context, env *Env, o fmtOptions) error {
	finder := inputFinder{"stdin", isLintable, "profile (*.mobileconfig), declaration or template"}
	inputs, failures, err := finder.find(o.paths)
	if err != nil {
		return err
	}
	f := formatting{env: env, o: o, toStdout: !o.write && !o.check && !o.diff}
	for r := range ordered(inputs, runtime.GOMAXPROCS(0), func(in input) formed { return o.former.formInput(env, in) }) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.take(r); err != nil {
			failures = append(failures, err)
		}
	}
	return f.finish(failures)
}

// formatting is one run of the command.
type formatting struct {
	env      *Env
	o        fmtOptions
	toStdout bool

	files, changed, left int
	unsound              bool // a file could not be read as what it should be, which was said
}

// take does with one result what was asked for.
func (f *formatting) take(r formed) error {
	switch {
	case r.err != nil:
		return r.err
	case len(r.findings) > 0:
		f.env.err().Findings(r.findings)
		f.unsound = true
		return nil
	case r.left != "" && f.toStdout:
		return fmt.Errorf("%s: %s", r.name, r.left)
	case r.left != "":
		f.left++
		f.env.err().Hint(fmt.Sprintf("%s is left alone: it %s", r.name, r.left))
		return nil
	}
	f.files++
	f.sayRenamed(r)
	if f.toStdout {
		_, err := f.env.Stdout.Write(r.after)
		return err
	}
	if bytes.Equal(r.before, r.after) {
		return nil
	}
	f.changed++
	if f.o.diff {
		f.env.out().Diff(r.name, r.shownBefore, r.shownAfter)
		return nil
	}
	if f.o.write {
		if err := writeInPlace(r.name, r.after, f.env); err != nil {
			return err
		}
	}
	f.env.out().Line("%s", view.Clean(r.name))
	return nil
}

// sayRenamed tells what new UUIDs mean to devices.
func (f *formatting) sayRenamed(r formed) {
	var names []string
	references := 0
	for _, x := range r.renamed {
		if !x.Profile {
			names = append(names, x.Name)
		}
		references += x.References
	}
	if len(r.renamed) == 0 {
		return
	}
	text := fmt.Sprintf("%s: %s, %s", r.name, view.Count(len(r.renamed), "new UUID"), view.Count(references, "reference")+" followed")
	if len(names) > 0 {
		text += "; a device that has it installs anew, once: " + strings.Join(names, ", ")
	}
	f.env.err().Warning(text)
}

func (f *formatting) finish(failures []error) error {
	if !f.toStdout && f.files > 1 {
		what := map[bool]string{true: "written in the canonical form", false: "not in the canonical form"}[f.o.write]
		f.env.err().Hint(fmt.Sprintf("%d of %s %s", f.changed, view.Count(f.files, "file"), what))
	}
	return verdict(f.env, failures, f.unsound || f.o.check && f.changed > 0)
}

// writeInPlace writes a file in place of the old one, which keeps its mode; where its name is a link, in place of what that
// leads to.
func writeInPlace(name string, data []byte, env *Env) error {
	path, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return writeFiles(filepath.Dir(path), []output{{filepath.Base(path), data, info.Mode() & fs.ModePerm}}, env.Now())
}

// formed is one file with what it becomes.
type formed struct {
	name                    string
	before, after           []byte
	shownBefore, shownAfter []byte // the same without secrets
	renamed                 []stable.Renamed
	findings                []diag.Diagnostic // why it cannot be read
	left                    string            // why it is left as it is: "is signed, …"
	err                     error
}
