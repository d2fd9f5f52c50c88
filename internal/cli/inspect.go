package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/inspect"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/view"
)

type inspectOptions struct {
	paths       []string
	payloads    []string
	targets     []string
	showSecrets bool
	full        bool
	noPager     bool
	roots       []string
	format      choiceFlag
}

func newInspectCmd(env *Env) *cobra.Command {
	var o inspectOptions
	cmd := &cobra.Command{
		Use:   "inspect FILE…",
		Short: "Show what a profile or declaration holds, and what Apple's schemas say of it",
		Long: `Show what profiles (XML or binary, signed or not, encrypted) and declarations (JSON) hold: the envelope, who signed it and
whether that holds, and each payload as a tree with what the schemas say of every key. Certificates are decoded, data is
summarised, managed preferences, declarations and profiles inside of data are unfolded. A FILE of - is stdin; in a folder
every *.mobileconfig is shown, and every *.json that holds a declaration.

Secrets are masked in every format but template, where they become variables; --show-secrets shows them. Long text and
large files are cut, and how much is said; --full shows all. On a terminal what is longer than the screen goes through
$SYNCGUARD_PAGER, $PAGER or less.

  --format json      everything, with the facts, for programs
  --format yaml      the plain content, keys sorted: to read, and to diff with git
  --format xml       the plain content as the XML property list of Apple's writer
  --format template  a syncguard template that builds the same profile

The exit code is 1 when a file is not sound, so that only a part of it can be shown: syncguard validate says why. A
signature that does not hold is said, and is no error here: syncguard verify is for that.`,
		Example: `  syncguard inspect corp.mobileconfig
  syncguard inspect corp.mobileconfig --payload com.apple.wifi.managed --target iOS@18/manual
  syncguard inspect --format template corp.mobileconfig > corp.yaml
  git config diff.mobileconfig.textconv "syncguard inspect --format yaml"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("name a profile, a declaration, a folder, or - for stdin", "nothing to inspect")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.paths = args
			return runInspect(cmd.Context(), env, o)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.payloads, "payload", nil, "show only the payloads of this type, identifier or UUID (repeatable)")
	flags.StringArrayVar(&o.targets, "target", nil, "say what these devices do not do of it (repeatable)")
	flags.StringArrayVar(&o.roots, "roots", nil, "certificates to trust for signatures, PEM or DER, instead of the system's (repeatable)")
	flags.BoolVar(&o.showSecrets, "show-secrets", false, "show passwords, keys and tokens")
	flags.BoolVar(&o.full, "full", false, "cut nothing, however long it is")
	flags.BoolVar(&o.noPager, "no-pager", false, "write to the terminal itself")
	o.format.addFormats(cmd, "text", "json", "yaml", "xml", "template")
	_ = cmd.MarkFlagFilename("roots", "pem", "crt", "cer")
	return cmd
}

func runInspect(ctx context.Context, env *Env, o inspectOptions) error {
	i, err := newInspection(env, o)
	if err != nil {
		return err
	}
	finder := inputFinder{"stdin", hasProfileName, "profile (*.mobileconfig) and no declaration (*.json)"}
	inputs, failures, err := finder.find(o.paths)
	if err != nil {
		return err
	}
	write, err := i.writer(inputs)
	if err != nil {
		return err
	}
	unsound, shown := false, false
	var unreadable []diag.Diagnostic // told at the end, behind what a pager shows
	for file := range ordered(inputs, runtime.GOMAXPROCS(0), i.inspectInput) {
		if err := ctx.Err(); err != nil {
			return errors.Join(err, i.out.Close()) // not before the pager has left the terminal
		}
		if file.err != nil {
			failures = append(failures, file.err)
			continue
		}
		unsound = unsound || file.doc.Defect != nil || diag.HasErrors(file.findings)
		if file.doc.Root == nil {
			unreadable = append(unreadable, file.findings...)
			continue
		}
		if file.doc.Defect != nil {
			unreadable = append(unreadable, *file.doc.Defect)
		}
		shown = shown || len(file.tree.Payloads) > 0
		if err := write(file); err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", file.name, err))
		}
		if i.out.quit {
			break // whoever looked has seen enough
		}
	}
	if err := i.finish(); err != nil {
		return err
	}
	env.err().Findings(unreadable)
	if len(o.payloads) > 0 && !shown && !unsound && len(failures) == 0 {
		return usage("without --payload all of them are shown", "no payload is %s", strings.Join(o.payloads, " or "))
	}
	return verdict(env, failures, unsound || i.unlike)
}

// inspection is one run of the command.
type inspection struct {
	env       *Env
	o         inspectOptions
	catalog   *schema.Catalog
	inspector *inspect.Inspector
	verifier  func() (*app.Verifier, error) // the system's roots take time to read
	out       *pager
	printer   *view.Printer
	result    view.Inspection // in JSON
	count     int             // files that were written
	unlike    bool            // the template does not build the same
}

func newInspection(env *Env, o inspectOptions) (*inspection, error) {
	targets, err := env.parseTargets(o.targets)
	if err != nil {
		return nil, err
	}
	catalog, _, err := env.catalog()
	if err != nil {
		return nil, err
	}
	i := &inspection{env: env, o: o, catalog: catalog, inspector: inspect.New(catalog, inspect.Options{Targets: targets, ShowSecrets: o.showSecrets})}
	i.verifier = sync.OnceValues(func() (*app.Verifier, error) {
		return app.NewVerifier(env.host(), app.VerifyOptions{Roots: o.roots, Require: []string{"integrity"}})
	})
	if len(o.roots) > 0 { // a file that is named is read, whether or not a signature asks for it
		if _, err := i.verifier(); err != nil {
			return nil, err
		}
	}
	i.result.Files = []view.Inspected{}
	i.result.TargetNotes.TargetNotes = env.targetNotes
	i.out = newPager(env, o.noPager || o.format.value == "json")
	i.printer = env.out().To(i.out)
	return i, nil
}

// inspected is one file that was opened and described, or the reason why it could not be read.
type inspected struct {
	name     string
	size     int
	doc      *document.Document
	findings []diag.Diagnostic
	tree     *inspect.Document
	answers  *app.VerifiedFile // of a signed one
	err      error
}

// inspectInput reads and describes one file. A defect of syncguard itself costs one file and not the run.
func (i *inspection) inspectInput(in input) (result inspected) {
	defer func() {
		if p := recover(); p != nil {
			result = inspected{err: fmt.Errorf("%s: inspecting stopped on a defect of syncguard: %v", in.Path(), p)}
		}
	}()
	data, err := in.Read(i.env.host())
	if err != nil {
		return inspected{err: err}
	}
	result = inspected{name: in.Path(), size: len(data)}
	result.doc, result.findings = document.Open(diag.NewFile(in.Path(), data))
	secret.Scrub(result.findings)
	if result.doc.Root == nil {
		return result
	}
	if result.tree, err = i.inspector.Describe(result.doc); err != nil {
		return inspected{err: fmt.Errorf("inspecting %s: %w", in.Path(), err)}
	}
	i.choose(&result)
	if result.doc.Signed && result.doc.Defect == nil && (i.o.format.value == "text" || i.o.format.value == "json") {
		v, err := i.verifier()
		if err != nil {
			return inspected{err: err}
		}
		result.answers = v.Verify(in.Path(), data)
	}
	return result
}

// choose leaves only the payloads that were asked for.
func (i *inspection) choose(f *inspected) {
	if len(i.o.payloads) == 0 {
		return
	}
	f.tree.Payloads = slices.DeleteFunc(f.tree.Payloads, func(p *inspect.Payload) bool { return !p.Is(i.o.payloads) })
	if content := f.doc.Root.Get("PayloadContent"); content != nil {
		content.Items = nil
		for _, p := range f.tree.Payloads {
			content.Items = append(content.Items, p.Value)
		}
	}
}
