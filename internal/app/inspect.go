package app

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"syncguard/internal/cms"
	"syncguard/internal/convert"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/inspect"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/template"
	"syncguard/internal/text"
)

// InspectOptions are the files to describe and the form of the description.
type InspectOptions struct {
	Paths       []string // files, folders, - for stdin
	Payloads    []string // types, identifiers or UUIDs of the payloads to describe; none for all
	Targets     []string
	Roots       []string // files of certificates to trust for signatures, instead of the system's and Apple's roots
	ShowSecrets bool
	As          InspectForm
}

// InspectForm is the form of a file's description.
type InspectForm string

// Forms of a description.
const (
	InspectTree     InspectForm = "tree"     // keys and values with their meaning in the schemas
	InspectYAML     InspectForm = "yaml"     // plain values, keys sorted
	InspectXML      InspectForm = "xml"      // plain values as a property list
	InspectTemplate InspectForm = "template" // a template to build the same file
)

// InspectRun is the result of Inspect.
type InspectRun = Stream[InspectHeader, *Inspected, *InspectFooter]

// InspectHeader is known before the first file is read.
type InspectHeader struct {
	TargetNotes
	As InspectForm `json:"-"`
}

// Inspected is one file, readable at least in part.
type Inspected struct {
	File      string        `json:"file"`             // as given or found; `stdin` for `-`
	Format    string        `json:"format"`           // `xml`, `binary`, `json`; of the signed content for a signed file
	Size      int           `json:"size"`             // of the file in bytes, with the signature
	Signature *VerifiedFile `json:"signature"`        // null if unsigned
	Encrypted *Encrypted    `json:"encrypted"`        // what is known of encrypted payloads
	Errors    int           `json:"errors"`           // reading errors: with any, parts of the file may be missing here
	Defect    string        `json:"defect,omitempty"` // why devices refuse the file as a whole
	*inspect.Document

	Text   []byte `json:"-"` // the description, except for a tree; nil for the template of a damaged file
	Masked int    `json:"-"` // number of secrets masked in Text

	doc      *document.Document
	findings []diag.Diagnostic
	unlike   []string // differences between the file and the template's build
}

// Encrypted is what is known of encrypted payloads without decrypting them.
type Encrypted struct {
	Cipher     string          `json:"cipher"`
	Size       int             `json:"size"`              // in bytes
	Recipients []cms.Recipient `json:"recipients"`        // certificates of the recipients, as named in the envelope
	Problem    string          `json:"problem,omitempty"` // why the rest is empty
}

// InspectFooter is complete after the last file.
type InspectFooter struct {
	Unreadable []diag.Diagnostic `json:"-"` // why files are shown in part or not at all
	Failures   []error           `json:"-"`
	Failed     bool              `json:"-"` // a file is damaged, or a template does not build the same content
}

// Inspect describes the content of profiles and declarations.
func Inspect(ctx context.Context, h *Host, o InspectOptions) (*InspectRun, error) {
	i := &inspection{host: h, o: o}
	run := &InspectRun{Header: InspectHeader{As: o.As}, Footer: &i.footer}
	targets, notes, err := parseTargets(h, o.Targets)
	if err != nil {
		return nil, err
	}
	run.Header.TargetNotes = notes
	if i.catalog, _, err = h.catalog(); err != nil {
		return nil, err
	}
	i.inspector = inspect.New(i.catalog, inspect.Options{Targets: targets, ShowSecrets: o.ShowSecrets, Now: h.Now()})
	i.verifier = sync.OnceValues(func() (*verifier, error) {
		return newVerifier(h, VerifyOptions{Roots: o.Roots, Require: []string{string(cms.AboutIntegrity)}})
	})
	if len(o.Roots) > 0 { // read the files in any case, so that a mistake in them shows
		if _, err := i.verifier(); err != nil {
			return nil, err
		}
	}
	finder := inputFinder{h, "stdin", h.hasProfileName, "profile (*.mobileconfig) or declaration (*.json)"}
	inputs, failures, err := finder.find(o.Paths)
	if err != nil {
		return nil, err
	}
	if n := len(inputs); n > 1 && (o.As == InspectXML || o.As == InspectTemplate) {
		return nil, diag.Usage("inspect one file at a time, or use --format yaml", "--format %s takes one file, found %d", o.As, n)
	}
	i.footer.Failures = failures
	run.Files = func(yield func(*Inspected, error) bool) { i.run(ctx, inputs, yield) }
	return run, nil
}

// inspection is one call of Inspect.
type inspection struct {
	host      *Host
	o         InspectOptions
	catalog   *schema.Catalog
	inspector *inspect.Inspector
	verifier  func() (*verifier, error) // called on demand: reading the system's roots takes time
	footer    InspectFooter
}

func (i *inspection) run(ctx context.Context, inputs []input, yield func(*Inspected, error) bool) {
	found := len(i.o.Payloads) == 0
	for f, err := range eachFile(ctx, i.host, "inspecting", inputs, &i.footer.Failures, i.inspect) {
		if err != nil {
			yield(nil, err)
			return
		}
		i.footer.Failed = i.footer.Failed || f.doc.Defect != nil || diag.HasErrors(f.findings) || len(f.unlike) > 0
		if f.doc.Root == nil {
			i.footer.Unreadable = append(i.footer.Unreadable, f.findings...)
			continue
		}
		if f.doc.Defect != nil {
			i.footer.Unreadable = append(i.footer.Unreadable, *f.doc.Defect)
		}
		for _, d := range f.unlike {
			i.host.warn(f.File+": the template builds something else: "+d, "")
		}
		found = found || len(f.Payloads) > 0
		if !yield(f, nil) {
			return
		}
	}
	if !found && !i.footer.Failed && len(i.footer.Failures) == 0 {
		i.footer.Failures = []error{diag.Usage("leave out --payload to show all payloads", "no payload matches --payload %s", text.QuotedList(i.o.Payloads, "or"))}
	}
}

// inspect describes one file.
func (i *inspection) inspect(in input, data []byte) (f *Inspected, err error) {
	f = &Inspected{File: in.path, Size: len(data)}
	f.doc, f.findings = document.Open(diag.NewFile(in.path, data))
	secret.Scrub(f.findings)
	if f.doc.Root == nil {
		return f, nil
	}
	f.Format = string(f.doc.Format)
	f.addReading()
	if f.Document, err = i.inspector.Describe(f.doc); err != nil {
		return nil, fmt.Errorf("inspecting %s: %w", in.path, err)
	}
	i.choose(f)
	if i.o.As != InspectTree {
		if err := i.write(f); err != nil {
			return nil, fmt.Errorf("%s: %w", in.path, err)
		}
		return f, nil
	}
	if f.doc.Signed && f.doc.Defect == nil {
		v, err := i.verifier()
		if err != nil {
			return nil, err
		}
		f.Signature = v.verify(in.path, data)
	}
	return f, nil
}

// addReading adds the reading errors and the facts of encrypted payloads.
func (f *Inspected) addReading() {
	for _, d := range f.findings {
		if d.Severity == diag.Error && (f.doc.Defect == nil || d.Rule != f.doc.Defect.Rule) {
			f.Errors++
		}
	}
	if f.doc.Defect != nil {
		f.Defect = f.doc.Defect.Message
	}
	encrypted := f.doc.Root.Get("EncryptedPayloadContent")
	if encrypted == nil {
		return
	}
	f.Encrypted = &Encrypted{Recipients: []cms.Recipient{}}
	envelope, err := cms.ReadEnvelope(encrypted.Data)
	if err != nil {
		f.Encrypted.Problem = "the encrypted payloads cannot be read: " + err.Error()
		return
	}
	f.Encrypted.Cipher, f.Encrypted.Size = envelope.Cipher.String(), envelope.Size
	f.Encrypted.Recipients = append(f.Encrypted.Recipients, envelope.Recipients...)
}

// choose removes the payloads not named by --payload.
func (i *inspection) choose(f *Inspected) {
	if len(i.o.Payloads) == 0 {
		return
	}
	f.Payloads = slices.DeleteFunc(f.Payloads, func(p *inspect.Payload) bool { return !p.Is(i.o.Payloads) })
	if content := f.doc.Root.Get("PayloadContent"); content != nil {
		content.Items = nil
		for _, p := range f.Payloads {
			content.Items = append(content.Items, p.Value)
		}
	}
}

// write sets f.Text to the content in the requested form.
func (i *inspection) write(f *Inspected) (err error) {
	var plain *plist.Value
	switch i.o.As {
	case InspectYAML:
		plain, f.Masked = inspect.Plain(f.doc.Root)
		f.Text, err = template.Write(plain)
	case InspectXML:
		plain, f.Masked = inspect.PlainXML(f.doc.Root)
		if f.Text, err = plist.Write(plain); err != nil {
			err = diag.WithHint(err, "use --format yaml or json")
		}
	case InspectTemplate:
		if diag.HasErrors(f.findings) {
			return nil
		}
		o := convert.Options{Source: f.File, ShowSecrets: i.o.ShowSecrets, Name: convert.NameFromPath(f.File)}
		made, err := convert.New(i.catalog).Template(f.doc, o)
		if err != nil {
			return err
		}
		f.Text, f.unlike = made.Text, made.Differences
	}
	return err
}
