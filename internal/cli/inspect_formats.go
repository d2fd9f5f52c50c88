package cli

import (
	"fmt"
	"io"

	"syncguard/internal/decompose"
	"syncguard/internal/diag"
	"syncguard/internal/inspect"
	"syncguard/internal/plist"
	"syncguard/internal/template"
	"syncguard/internal/view"
)

// writer returns what writes one file after the other in the format that was asked for.
func (i *inspection) writer(inputs []input) (func(inspected) error, error) {
	switch i.o.format.value {
	case "json":
		return func(f inspected) error {
			i.result.Files = append(i.result.Files, i.report(f))
			return nil
		}, nil
	case "yaml":
		return i.yaml, nil
	}
	if i.o.format.value == "text" {
		return func(f inspected) error {
			if i.begin() {
				i.printer.Line("")
			}
			shown := i.report(f)
			i.printer.Inspected(&shown, i.o.full)
			return nil
		}, nil
	}
	if len(inputs) > 1 {
		return nil, usage("ask for one at a time, or for --format yaml", "--format %s makes one document, and %d files are to be inspected", i.o.format.value, len(inputs))
	}
	if i.o.format.value == "xml" {
		return i.xml, nil
	}
	return i.template, nil
}

// begin says whether something was written before.
func (i *inspection) begin() bool {
	i.count++
	return i.count > 1
}

// finish writes what comes after all files.
func (i *inspection) finish() error {
	if i.o.format.value == "json" {
		return view.WriteJSON(i.env.Stdout, i.result)
	}
	return i.out.Close()
}

// yaml writes the plain content as a document of a stream.
func (i *inspection) yaml(f inspected) error {
	plain, hidden := inspect.Plain(f.doc.Root)
	text, err := template.Write(plain)
	if err != nil {
		return err
	}
	head := ""
	if i.begin() {
		head = "---\n"
	}
	if hidden > 0 {
		head += "# " + secretsMasked(hidden) + "\n"
	}
	if _, err := io.WriteString(i.out, head); err != nil {
		return err
	}
	return view.WriteYAML(i.out, text)
}

// xml writes the plain content as a property list.
func (i *inspection) xml(f inspected) error {
	plain, hidden := inspect.PlainXML(f.doc.Root)
	text, err := plist.Write(plain)
	if err != nil {
		return withHint(err, "--format yaml or json can show it")
	}
	comment := ""
	if hidden > 0 {
		comment = secretsMasked(hidden)
	}
	return view.WriteXML(i.out, text, comment)
}

// template writes a template that builds the same profile. Secrets become variables.
func (i *inspection) template(f inspected) error {
	if diag.HasErrors(f.findings) {
		p := i.env.err()
		p.Failure(f.name + ": is not sound, and a template is made of all of a file or not at all")
		p.Hint("syncguard validate says what is wrong")
		return nil
	}
	made, err := decompose.New(i.catalog).Template(f.doc, decompose.Options{Source: f.name, ShowSecrets: i.o.showSecrets,
		Name: decompose.NameOf(f.name)})
	if err != nil {
		return err
	}
	for _, d := range made.Differences {
		i.env.err().Warning(f.name + ": the template does not build the same: " + d)
	}
	i.unlike = len(made.Differences) > 0
	return view.WriteYAML(i.out, made.Text)
}

func secretsMasked(n int) string {
	return fmt.Sprintf("%s masked as %s", view.Count(n, "secret"), inspect.Masked)
}
