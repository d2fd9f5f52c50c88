package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"syncguard/internal/cms"
	"syncguard/internal/coverage"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/files"
	"syncguard/internal/identity"
	"syncguard/internal/intent"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/target"
	"syncguard/profiles"
)

// ServeOptions are the profiles to offer on the install page, for people without MDM.
type ServeOptions struct {
	Paths []string // files or folders; none for dist
	Roots []string // files of the roots devices trust, instead of the system's and Apple's
}

// Offer is the content of the install page.
type Offer struct {
	Items    []Offered
	Secret   string  // first file with a secret, "" for none
	Failures []error // why files cannot be installed by hand
}

// Paths lists the offered files.
func (o *Offer) Paths() (paths []string) {
	for _, item := range o.Items {
		paths = append(paths, item.Path)
	}
	return paths
}

// Offered is one profile on offer. Data is read once, before serving begins.
type Offered struct {
	Path        string
	Name        string // display name on devices
	File        string // name of the download: ASCII letters, digits, dots, hyphens and underscores
	Data        []byte
	Devices     []string // kinds of devices, such as iPhone and iPad; none if the profile needs MDM
	Description string   // first line of the profile's description, may be empty
	Payloads    []OfferedPayload
	Trust       DeviceTrust
	Signer      string // name of the signer, empty if unknown
	Locked      bool   // people cannot remove it
}

// OfferedPayload is the effect of one payload type when a person installs the profile.
type OfferedPayload struct {
	Name                   string
	Effective, ManagedOnly int    // numbers of settings with an effect, and of settings for managed devices only
	System                 string // platform and version of these numbers
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

// offering is one call of Serve.
type offering struct {
	host     *Host
	catalog  *schema.Catalog
	verifier *verifier
	offer    Offer
}

// Serve opens and verifies profiles and returns the content of the install page. Package serve does the serving.
func Serve(ctx context.Context, h *Host, o ServeOptions) (*Offer, error) {
	if len(o.Paths) == 0 {
		if !files.IsFolder(h.Files, "dist") {
			return nil, diag.Usage("name a profile: syncguard serve FILE, or run syncguard build first", "missing FILE: there is no folder dist to serve")
		}
		o.Paths = []string{"dist"}
	}
	f := &offering{host: h}
	var err error
	if f.catalog, _, err = h.catalog(); err != nil {
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
	return &f.offer, nil
}

// add offers one profile, or returns why a person cannot install it.
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
	if f.offer.Secret == "" && secret.Has(doc.Root) {
		f.offer.Secret = in.path
	}
	item := Offered{Path: in.path, File: f.fileName(in.path), Data: data, Trust: TrustUnsigned}
	if doc.Signed {
		v := f.verifier.verify(in.path, data)
		if !v.Integrity.OK && v.Integrity.Reason != cms.WeakDigest {
			return fmt.Errorf("%s: %s; devices refuse it", in.path, v.Integrity.Detail)
		}
		item.Trust, item.Signer = trustOf(v.Verdict)
	}
	item.Name = cmp.Or(doc.Root.String("PayloadDisplayName"), item.File)
	if v := doc.Root.Get("PayloadRemovalDisallowed"); v != nil && v.Bool {
		item.Locked = true
	}
	if err := f.describe(&item, doc.Root); err != nil {
		return err
	}
	f.offer.Items = append(f.offer.Items, item)
	return nil
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

// describe sets the devices of an item, its description, and the effect of its payloads when installed by hand.
func (f *offering) describe(item *Offered, root *plist.Value) error {
	var platforms []target.Platform
	if p := profiles.DeviceTypeOf(root).Platform(); p != "" {
		platforms = []target.Platform{p}
	}
	asked := platforms
	if len(asked) == 0 {
		asked = []target.Platform{target.IOS, target.MacOS} // only these: platforms with a browser and installation by hand
	}
	var best *coverage.Matrix
	most := -1
	for _, p := range asked {
		to := target.Target{Platform: p, Version: target.Version{Major: target.Current}, Enrollment: target.Manual}
		m, err := coverage.Keys([]coverage.File{{Name: item.Path, Root: root}}, []target.Target{to}, f.catalog)
		if err != nil {
			return fmt.Errorf("%s: %w", item.Path, err)
		}
		works := 0
		for _, r := range m.Rows {
			if isEffective(r.Cells[0]) {
				works++
			}
		}
		if works > 0 && len(asked) > 1 {
			platforms = append(platforms, p)
		}
		if works > most {
			best, most = m, works
		}
	}
	item.Devices = devicesOf(platforms)
	if most == 0 {
		f.host.warn(item.Path+": none of its settings works when installed by hand", "syncguard coverage explains why")
	}
	item.Description, item.Payloads = offeredPayloads(root, best)
	return nil
}

func isEffective(c coverage.Cell) bool {
	return c.Class == intent.Enforced || c.Class == intent.Locked || c.Class == intent.Preset
}

func devicesOf(platforms []target.Platform) []string {
	words := map[target.Platform][]string{target.IOS: {"iPhone", "iPad"}, target.IPadOS: {"iPad"}, target.MacOS: {"Mac"}, target.TvOS: {"Apple TV"},
		target.VisionOS: {"Apple Vision Pro"}, target.WatchOS: {"Apple Watch"}}
	var names []string
	for _, p := range platforms {
		names = append(names, words[p]...)
	}
	return names
}

// offeredPayloads returns the description of a profile and the effect of its payload types.
func offeredPayloads(root *plist.Value, m *coverage.Matrix) (description string, all []OfferedPayload) {
	description, _, _ = strings.Cut(root.String("PayloadDescription"), "\n")
	seen := map[string]bool{}
	for _, p := range root.Get("PayloadContent").Items {
		kind := p.String("PayloadType")
		if seen[kind] {
			continue
		}
		seen[kind] = true
		payload := OfferedPayload{Name: cmp.Or(p.String("PayloadDisplayName"), kind), System: fmt.Sprintf("%s %d", m.Targets[0].Platform, target.Current)}
		if text := p.String("PayloadDescription"); text != "" {
			payload.Name += ", " + strings.TrimRight(text, ".")
		}
		for _, r := range m.Rows {
			switch {
			case r.Subject.Type != kind:
			case isEffective(r.Cells[0]):
				payload.Effective++
			default:
				payload.ManagedOnly++
			}
		}
		all = append(all, payload)
	}
	return description, all
}

// ServerCertificate reads the certificate of a TLS server with its chain, and its key.
func ServerCertificate(h *Host, cert, key string) (pair tls.Certificate, err error) {
	o := IdentityOptions{Cert: cert, Key: key}
	files, err := o.files(h)
	if err != nil {
		return pair, err
	}
	id, err := identity.FromPEM(files, nil)
	if errors.Is(err, identity.ErrPassphraseNeeded) {
		return pair, diag.WithHint(err, "decrypt it for the server: openssl pkey -in %s -out server.key", key)
	}
	if err != nil {
		return pair, explainIdentity(err)
	}
	pair.PrivateKey = id.Signer
	for _, cert := range id.Chain {
		pair.Certificate = append(pair.Certificate, cert.Raw)
	}
	return pair, nil
}
