package cli

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/mdns"

	"syncguard/internal/app"
	"syncguard/internal/baseline"
	"syncguard/internal/cms"
	"syncguard/internal/coverage"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/serve"
	"syncguard/internal/target"
	"syncguard/internal/view"
)

// offer is what is served.
type offer struct {
	env     *Env
	catalog *schema.Catalog
	verify  *app.Verifier
	paths   []string
	items   []serve.Item
	secret  string // the first file that holds one
}

func newOffer(env *Env, o serveOptions) (*offer, error) {
	catalog, _, err := env.catalog()
	if err != nil {
		return nil, err
	}
	v, err := app.NewVerifier(env.host(), app.VerifyOptions{Roots: o.roots, Require: app.Questions()})
	if err != nil {
		return nil, err
	}
	finder := inputFinder{"stdin", isProfileName, "profile (*.mobileconfig)"}
	inputs, failures, err := finder.find(o.paths)
	if err != nil {
		return nil, err
	}
	f := &offer{env: env, catalog: catalog, verify: v}
	for _, in := range inputs {
		if err := f.add(in); err != nil {
			failures = append(failures, err)
		}
	}
	return f, verdict(env, failures, false)
}

// add takes one profile in, or says why it is no use to a person.
func (f *offer) add(in input) error {
	data, err := in.Read(f.env.host())
	if err != nil {
		return err
	}
	doc, findings := document.Open(diag.NewFile(in.Path(), slices.Clone(data)))
	switch {
	case doc.Defect != nil:
		return unfit(in.Path(), doc.Defect)
	case diag.HasErrors(findings):
		return withWhere(fmt.Errorf("%s: is not sound", in.Path()), in.Path())
	case doc.Kind() == document.Declaration:
		return withHint(fmt.Errorf("%s: is a declaration", in.Path()), "nobody can install one by hand; a profile can carry it (syncguard build)")
	case doc.IsEncrypted():
		return fmt.Errorf("%s: is encrypted for one device, and no other could install it", in.Path())
	case doc.Root.Get("PayloadContent") == nil:
		return fmt.Errorf("%s: is no configuration profile: it has no PayloadContent", in.Path())
	}
	if f.secret == "" && secret.Has(doc.Root) {
		f.secret = in.Path()
	}
	item := serve.Item{Name: textOf(doc.Root, "PayloadDisplayName"), File: f.fileName(in), Data: data, Trust: serve.Unsigned}
	if doc.Signed {
		v := f.verify.Verify(in.Path(), data)
		if !v.Integrity.OK && v.Integrity.Reason != cms.WeakDigest {
			return fmt.Errorf("%s: %s; a device refuses it", in.Path(), v.Integrity.Detail)
		}
		item.Trust, item.Signer = trustOf(v.Verdict)
	}
	if item.Name == "" {
		item.Name = item.File
	}
	if v := doc.Root.Get("PayloadRemovalDisallowed"); v != nil && v.Bool {
		item.Locked = true
	}
	if err := f.describe(&item, in.Path(), doc.Root); err != nil {
		return err
	}
	f.items, f.paths = append(f.items, item), append(f.paths, in.Path())
	return nil
}

func textOf(root *plist.Value, key string) string {
	if v := root.Get(key); v != nil {
		return v.Text
	}
	return ""
}

// fileName makes a name that every browser and device takes, and no two items have.
func (f *offer) fileName(in input) string {
	stem := strings.TrimSuffix(filepath.Base(in.Path()), filepath.Ext(in.Path()))
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
	for n := 2; slices.ContainsFunc(f.items, func(i serve.Item) bool { return strings.EqualFold(i.File, name) }); n++ {
		name = fmt.Sprintf("%s-%d.mobileconfig", stem, n)
	}
	return name
}

// trustOf says what devices say of a signature, as far as it can be known here, and whose it is.
func trustOf(v *cms.Verdict) (trust serve.Trust, signer string) {
	if len(v.Signers) > 0 {
		signer = v.Signers[0].Name
	}
	switch {
	case !v.Trust.OK:
		return serve.Unverified, signer
	case !v.Validity.OK:
		return serve.Expired, signer
	case v.Trust.Reason == cms.AppleRoot:
		return serve.AppleRoot, signer
	}
	return serve.Verified, signer
}

// label says what devices say of a signature.
func label(t serve.Trust) string {
	if t.IsProbable() {
		return "devices probably say “" + t.Label() + "”, since they have Apple's root, though this machine does not"
	}
	return "devices say “" + t.Label() + "”"
}

// describe says for which devices a profile is, and what its payloads do there when a person installs it.
func (f *offer) describe(item *serve.Item, path string, root *plist.Value) error {
	var platforms []target.Platform
	if v := root.Get("TargetDeviceType"); v != nil {
		if n, ok := v.Int.Int64(); ok {
			if p := target.OfDeviceType(n); p != "" {
				platforms = []target.Platform{p}
			}
		}
	}
	asked := platforms
	if len(asked) == 0 {
		asked = []target.Platform{target.IOS, target.MacOS}
	}
	var best *coverage.Matrix
	most := -1
	for _, p := range asked {
		to := target.Target{Platform: p, Version: target.Version{Major: target.Current}, Enrollment: target.Manual}
		m, err := coverage.Keys([]coverage.File{{Name: path, Root: root}}, []target.Target{to}, f.catalog)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
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
		f.env.err().Warning(path + ": no setting of it works where it is installed by hand; syncguard coverage says why")
	}
	item.Says, item.Payloads = payloads(root, best)
	return nil
}

func isEffective(c coverage.Cell) bool {
	return c.Class == baseline.Enforced || c.Class == baseline.Locked || c.Class == baseline.Default
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

// payloads says what a profile says of itself, and how much of each kind of payload works.
func payloads(root *plist.Value, m *coverage.Matrix) (says string, all []serve.Payload) {
	says, _, _ = strings.Cut(textOf(root, "PayloadDescription"), "\n")
	seen := map[string]bool{}
	for _, p := range root.Get("PayloadContent").Items {
		kind := textOf(p, "PayloadType")
		if seen[kind] {
			continue
		}
		seen[kind] = true
		payload := serve.Payload{Name: cmp.Or(textOf(p, "PayloadDisplayName"), kind), System: fmt.Sprintf("%s %d", m.Targets[0].Platform, target.Current)}
		if text := textOf(p, "PayloadDescription"); text != "" {
			payload.Name += ", " + strings.TrimRight(text, ".")
		}
		for _, r := range m.Rows {
			switch {
			case r.Subject.Type != kind:
			case isEffective(r.Cells[0]):
				payload.Works++
			default:
				payload.Idle++
			}
		}
		all = append(all, payload)
	}
	return says, all
}

// say prints the address, as a QR code too where somebody looks.
func (f *offer) say(address string, o serveOptions, expires time.Time) error {
	out := f.env.out()
	if _, looks := terminal(f.env.Stdout); looks && !o.noQR {
		lines, err := serve.Squares(address)
		if err != nil {
			return err
		}
		out.QRCode(lines)
	}
	out.Line("%s", address)
	for i, item := range f.items {
		f.env.err().Line("  %s  %s, for %s; %s", view.Clean(f.paths[i]), view.Clean(item.Name), cmp.Or(strings.Join(item.Devices, ", "), "devices that an MDM server manages"), label(item.Trust))
	}
	until := "until Ctrl-C"
	if !expires.IsZero() {
		until = "until " + expires.Format(time.TimeOnly)
	}
	if o.limit > 0 {
		until += ", or " + view.Count(o.limit, "download")
	}
	f.env.err().Line("  %s", until)
	if isLocal(address) {
		f.env.err().Hint("only this machine can open the page; for a phone: --listen ADDRESS:PORT with --cert and --key, or with --http")
	}
	return nil
}

// isLocal says whether an address is this machine's own.
func isLocal(address string) bool {
	u, err := url.Parse(address)
	ip := net.ParseIP(u.Hostname())
	return err == nil && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// airdrop helps to send the files to a device near by. No documented command of macOS opens the share sheet, so the file is shown
// in the Finder, and the rest is said.
func (f *offer) airdrop(ctx context.Context) error {
	out := f.env.out()
	if runtime.GOOS == "darwin" {
		if err := exec.CommandContext(ctx, "open", append([]string{"-R"}, f.paths...)...).Run(); err != nil {
			return fmt.Errorf("showing the file in the Finder: %w", err)
		}
		out.Line("The Finder shows the file. Control-click it, choose Share… and AirDrop, and pick the device.")
	} else {
		out.Line("AirDrop is for Apple's devices: copy the file to a Mac, and in the Finder control-click it, choose Share… and AirDrop.")
		out.Line("Without a Mac, syncguard serve gives the device a page to open.")
	}
	out.Line("On the iPhone or iPad accept it, and within 8 minutes open Settings > Profile Downloaded > Install.")
	for i, item := range f.items {
		out.Line("  %s  %s", view.Clean(f.paths[i]), label(item.Trust))
	}
	return nil
}

// announce tells the local network of the page, until stop is called.
func announce(at *net.TCPAddr, path string, encrypted bool) (stop func(), err error) {
	service := map[bool]string{true: "_https._tcp", false: "_http._tcp"}[encrypted]
	zone, err := mdns.NewMDNSService("syncguard", service, "", "", at.Port, nil, []string{"path=" + path})
	if err != nil {
		return nil, err
	}
	server, err := mdns.NewServer(&mdns.Config{Zone: zone})
	if err != nil {
		return nil, err
	}
	return func() { _ = server.Shutdown() }, nil
}

// withWhere adds to an error of a file how to find the place. What came from stdin is gone.
func withWhere(err error, name string) error {
	if _, statErr := os.Stat(name); statErr != nil {
		return err
	}
	return withHint(err, "syncguard validate %s says where", name)
}
