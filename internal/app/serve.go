package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/cms"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/identity"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
	"syncguard/internal/template"
	"syncguard/internal/text"
)

// ServeOptions are the profiles to offer on the install page, for people without MDM.
type ServeOptions struct {
	Paths []string // files or folders; none for the project's build, or dist without a project
	Roots []string // files of the roots devices trust, instead of the system's and Apple's
}

// Offer is the content of the install page.
type Offer struct {
	Items    []Offered
	Withheld []Withheld // profiles in a folder that no person can install from a page
	Secret   string     // first file with a secret, "" for none
	Failures []error    // why files cannot be installed by hand
}

// Paths lists the offered files.
func (o *Offer) Paths() (paths []string) {
	for _, item := range o.Items {
		paths = append(paths, item.Path)
	}
	return paths
}

// ForPhones reports whether a profile is for devices that can scan a QR code.
func (o *Offer) ForPhones() bool {
	return slices.ContainsFunc(o.Items, func(i Offered) bool { return i.ForPhones() })
}

// Offered is one profile on offer. Data is read once, before serving begins.
type Offered struct {
	Path        string
	Name        string // display name on devices
	File        string // name of the download: ASCII letters, digits, dots, hyphens and underscores
	Data        []byte
	Devices     []string // kinds of devices, such as iPhone and iPad; none if nothing of it works when installed by hand
	Description string   // first line of the profile's description, may be empty
	Effects     []OfferedEffect
	Left        []OfferedIntent // what the profile's prevention leaves to the person; none without prevention
	Trust       DeviceTrust
	Signer      string // name of the signer, empty if unknown
	Locked      bool   // people cannot remove it
}

// ForPhones reports whether the profile is for devices that open the page by scanning a QR code.
func (i *Offered) ForPhones() bool {
	return slices.ContainsFunc(i.Devices, func(d string) bool { return d == "iPhone" || d == "iPad" })
}

// ForMacs reports whether the profile is for Macs.
func (i *Offered) ForMacs() bool { return slices.Contains(i.Devices, "Mac") }

// Withheld is a profile that is not offered.
type Withheld struct {
	Path    string
	Name    string   // display name
	Devices []string // kinds of devices that take it from Apple Configurator on a Mac; none if an MDM server installs it
}

// DeviceTrust is a device's view of the signer of a profile.
type DeviceTrust string

// Kinds of trust. Their values are the names of texts on the page.
const (
	TrustVerified   DeviceTrust = "verified"
	TrustApple      DeviceTrust = "apple" // issued below a root of Apple devices; probably verified
	TrustUnverified DeviceTrust = "unverified"
	TrustExpired    DeviceTrust = "expired" // devices say unverified
	TrustUnsigned   DeviceTrust = "unsigned"
)

// IsProbable reports whether the devices' view is likely but not certain.
func (t DeviceTrust) IsProbable() bool { return t == TrustApple }

// Label returns the words of a device set to English.
func (t DeviceTrust) Label() string {
	return map[DeviceTrust]string{TrustVerified: "Verified", TrustApple: "Verified", TrustUnverified: "Not Verified", TrustExpired: "Not Verified", TrustUnsigned: "Not Signed"}[t]
}

// Serve opens and verifies profiles and returns the content of the install page. Package serve does the serving.
func Serve(ctx context.Context, h *Host, o ServeOptions) (*Offer, error) {
	if len(o.Paths) == 0 {
		built, err := h.servedBuild()
		if err != nil {
			return nil, err
		}
		o.Paths = []string{built}
	}
	f := &offering{host: h, records: map[string]*builtRecord{}}
	var err error
	if f.catalog, _, err = h.catalog(); err != nil {
		return nil, err
	}
	if f.prevention, err = h.builtinPrevention(); err != nil {
		return nil, err
	}
	if f.verifier, err = newVerifier(h, VerifyOptions{Roots: o.Roots, Require: Questions()}); err != nil {
		return nil, err
	}
	inputs, failures, err := findProfiles(h, o.Paths)
	if err != nil {
		return nil, err
	}
	f.offer.Failures = failures
	for _, in := range inputs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := f.add(in); err != nil {
			f.offer.Failures = append(f.offer.Failures, err)
		}
	}
	if len(f.offer.Items) == 0 && len(f.offer.Failures) == 0 {
		return nil, diag.WithHint(fmt.Errorf("%s: a person can install none of the %s there", strings.Join(o.Paths, ", "), text.Count(len(inputs), "profile")),
			"for devices without MDM: syncguard build --target iOS/manual; to serve a profile all the same, name its file")
	}
	return &f.offer, nil
}

// servedBuild returns the folder with the project's build. Without a project it is dist.
func (h *Host) servedBuild() (string, error) {
	switch project, err := h.findAbove(DefaultTemplate); {
	case err != nil:
		return "", err
	case project != "":
		return h.builtProfiles("serve")
	case !files.IsFolder(h.Files, DefaultOutput):
		return "", diag.Usage("name a profile: syncguard serve FILE, or run syncguard build first", "missing FILE: there is no %s here or above, and no folder %s to serve", DefaultTemplate, DefaultOutput)
	}
	return DefaultOutput, nil
}

// offering is one call of Serve.
type offering struct {
	host       *Host
	catalog    *schema.Catalog
	prevention template.Prevention // of the built-in template: every intent
	verifier   *verifier
	records    map[string]*builtRecord // of builds, by the folder
	offer      Offer
}

// add offers one profile, withholds it, or returns why a person cannot install it.
func (f *offering) add(in input) error {
	data, err := in.read(f.host)
	if err != nil {
		return err
	}
	doc, findings := document.Open(diag.NewFile(in.path, slices.Clone(data)))
	switch {
	case doc.Defect != nil:
		return diag.DefectError(in.path, doc.Defect)
	case diag.HasErrors(findings):
		return f.host.withWhere(fmt.Errorf("%s has errors", in.path), in.path)
	case doc.Kind() == document.Declaration:
		return diag.WithHint(fmt.Errorf("%s is a declaration, want a profile", in.path), "declarations cannot be installed by hand; syncguard build puts them into a profile")
	case doc.IsEncrypted():
		return fmt.Errorf("%s: is encrypted for one device, and no other can install it", in.path)
	case doc.Root.Get(keyContent) == nil:
		return fmt.Errorf("%s: not a configuration profile: PayloadContent is missing", in.path)
	}
	item := Offered{Path: in.path, File: f.fileName(in.path), Data: data, Trust: TrustUnsigned}
	hasSecret := len(secret.Mark(doc.Root)) > 0
	item.Name = cmp.Or(shownText(doc.Root, "PayloadDisplayName"), item.File)
	built, err := f.builtFor(in)
	if err != nil {
		return err
	}
	if err := f.describe(&item, doc.Root, built); err != nil {
		return err
	}
	if w := withheld(&item, built); w != nil && in.folder != nil {
		f.offer.Withheld = append(f.offer.Withheld, *w)
		return nil
	}
	if doc.Signed {
		v := f.verifier.verify(in.path, data)
		if !v.Integrity.OK && v.Integrity.Reason != cms.WeakDigest {
			return fmt.Errorf("%s: %s; devices refuse it", in.path, v.Integrity.Detail)
		}
		item.Trust, item.Signer = trustOf(v.Verdict)
	}
	if v := doc.Root.Get("PayloadRemovalDisallowed"); v != nil && v.Bool {
		item.Locked = true
	}
	switch {
	case len(item.Devices) == 0:
		f.host.warn(item.Path+": none of its settings works when installed by hand", "syncguard coverage explains why")
	case isForMDM(built):
		f.host.warn(fmt.Sprintf("%s was built for %s; the page shows what works when installed by hand", item.Path, built), "")
	}
	if hasSecret && f.offer.Secret == "" {
		f.offer.Secret = in.path
	}
	f.offer.Items = append(f.offer.Items, item)
	return nil
}

// withheld returns why no person can install a profile from a page, or nil.
func withheld(item *Offered, built target.Target) *Withheld {
	switch {
	case len(item.Devices) == 0 || isForMDM(built):
		return &Withheld{Path: item.Path, Name: item.Name}
	case !item.ForPhones() && !item.ForMacs() && !slices.Contains(item.Devices, "Apple Vision Pro"): // no browser
		return &Withheld{item.Path, item.Name, item.Devices}
	}
	return nil
}

func isForMDM(built target.Target) bool { return built.Platform != "" && built.Enrollment.IsMDM() }

// builtFor returns the target that a profile was built for, by the record of the build in its folder. It is the zero Target
// if that is unknown.
func (f *offering) builtFor(in input) (built target.Target, err error) {
	if in.isStdin {
		return built, nil
	}
	name := filepath.Join(filepath.Dir(in.path), builtFile)
	r, known := f.records[name]
	if !known {
		var data []byte
		if in.folder != nil {
			data, err = files.ReadIn(in.folder, path.Join(path.Dir(in.name), builtFile), name)
		} else {
			data, err = f.host.readFile(name)
		}
		if r, err = parseRecord(name, data, err); err != nil {
			return built, err
		}
		f.records[name] = r
	}
	if r != nil {
		if built, err = target.Parse(r.Targets[filepath.Base(in.path)]); err != nil {
			return target.Target{}, nil // of another build, or of a version that kept no targets
		}
	}
	return built, nil
}

// fileName returns a unique download name every browser and device accepts.
func (f *offering) fileName(path string) string {
	stem := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	stem = strings.Trim(strings.Map(func(r rune) rune {
		if r < 128 && (r == '-' || r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return r
		}
		return '-'
	}, stem), ".-")
	if stem == "" {
		stem = "profile"
	}
	name := stem + ".mobileconfig"
	for n := 2; slices.ContainsFunc(f.offer.Items, func(i Offered) bool { return strings.EqualFold(i.File, name) }); n++ {
		name = fmt.Sprintf("%s-%d.mobileconfig", stem, n)
	}
	return name
}

// trustOf predicts the devices' view of a signature, and returns the signer's name.
func trustOf(v *cms.Verdict) (trust DeviceTrust, signer string) {
	if len(v.Signers) > 0 {
		signer = v.Signers[0].Name
	}
	switch {
	case !v.Trust.OK:
		return TrustUnverified, signer
	case !v.Validity.OK:
		return TrustExpired, signer
	case v.Trust.Reason == cms.AppleRoot:
		return TrustApple, signer
	}
	return TrustVerified, signer
}

// ServerCertificate reads the certificate of a TLS server with its chain, and its key.
func ServerCertificate(h *Host, cert, key string) (*tls.Certificate, error) {
	o := IdentityOptions{Cert: cert, Key: key}
	files, err := o.files(h)
	if err != nil {
		return nil, err
	}
	id, err := identity.FromPEM(files, nil)
	if errors.Is(err, identity.ErrPassphraseNeeded) {
		return nil, diag.WithHint(err, "decrypt it for the server: openssl pkey -in %s -out server.key", key)
	}
	if err != nil {
		return nil, explainIdentity(err)
	}
	pair := &tls.Certificate{PrivateKey: id.Signer}
	for _, cert := range id.Chain {
		pair.Certificate = append(pair.Certificate, cert.Raw)
	}
	return pair, nil
}
