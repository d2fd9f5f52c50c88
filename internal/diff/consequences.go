package diff

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/plist"
)

// signatureChange describes how the signers differ, "" for the same.
func signatureChange(old, new *Side) string {
	if old.Root == nil || new.Root == nil || sameSigners(old, new) {
		return ""
	}
	return fmt.Sprintf("%s → %s", signerNames(old), signerNames(new))
}

func sameSigners(old, new *Side) bool {
	return slices.EqualFunc(old.Signers, new.Signers, func(a, b Signer) bool { return a.Fingerprint == b.Fingerprint })
}

func signerNames(s *Side) string {
	if len(s.Signers) == 0 {
		return "not signed"
	}
	var names []string
	for _, signer := range s.Signers {
		names = append(names, fmt.Sprintf("%q (%.8s)", signer.Name, signer.Fingerprint))
	}
	return "signed by " + strings.Join(names, " and ")
}

// addConsequences adds the actions of a device with the old profile receiving the new one.
func (d *Difference) addConsequences() {
	add := func(id ID, p *Payload, help, format string, args ...any) {
		c := Consequence{Meaning: id.meaning(), Text: fmt.Sprintf(format, args...), Help: help}
		if p != nil {
			c.Payload = p.Identifier
		}
		d.Consequences, d.Severity = append(d.Consequences, c), max(d.Severity, c.Severity)
	}
	switch {
	case d.Kind == Added:
		add(ProfileAdded, nil, "", "new")
	case d.Kind == Removed:
		add(ProfileRemoved, nil, "remove it from the devices with the MDM server, or tell people how to", "no longer there; devices keep it until someone removes it")
	case d.old.Declaration:
		d.addForDeclaration(add)
	default:
		d.addForProfile(add)
		if d.old.Identifier() == d.new.Identifier() { // else the payloads of the old profile stay as they are
			for i := range d.Payloads {
				d.addForPayload(&d.Payloads[i], add)
			}
		}
		d.addForKeys(add)
	}
}

type addFunc func(id ID, p *Payload, help, format string, args ...any)

func (d *Difference) addForDeclaration(add addFunc) {
	changed := map[string]bool{}
	for _, c := range d.TopLevel {
		changed[c.keys[0]] = true
	}
	content := changed["Payload"] || changed["Type"]
	switch {
	case changed["Identifier"]:
		add(DeclarationBeside, nil, "have the server list the new one instead of the old one, in one step",
			"another declaration for devices: its Identifier changed from %q to %q", d.old.Identifier(), d.new.Identifier())
	case content && d.new.Root.Get("ServerToken") == nil:
		add(DeclarationReplaced, nil, "", "replaced in place once the server gives it a new ServerToken; the file has none")
	case content && !changed["ServerToken"]:
		add(DeclarationUnnoticed, nil, "give it a new ServerToken", "ignored by devices with the old one: the content changed, but not ServerToken")
	case content || changed["ServerToken"]:
		add(DeclarationReplaced, nil, "", "replaced in place: its ServerToken changed")
	case d.IsEmpty():
		add(NothingChanges, nil, "", "nothing changes")
	}
	if changed["Type"] {
		add(DeclarationRetyped, nil, "", "its Type changed from %s to %s: devices remove the old configuration", d.old.Root.String("Type"), d.new.Root.String("Type"))
	}
	d.addForSecrets(add)
}

func (d *Difference) addForProfile(add addFunc) {
	beside := d.old.Identifier() != d.new.Identifier()
	switch {
	case beside:
		add(InstalledBeside, nil, fmt.Sprintf("keep the PayloadIdentifier, or remove the profile %q from the devices", d.old.Identifier()),
			"installed beside the old one, which stays: its PayloadIdentifier changed from %q to %q", d.old.Identifier(), d.new.Identifier())
	case d.IsEmpty() && d.Signature != "":
		add(NothingChanges, nil, "", "nothing changes but the signature")
	case d.IsEmpty():
		add(NothingChanges, nil, "", "nothing changes")
	default:
		add(UpdatedInPlace, nil, "", "updated in place")
	}
	if beside || d.Signature == "" {
		return
	}
	switch by := "if it was installed by hand"; {
	case len(d.old.Signers) == 0:
		add(SignerChanged, nil, "", "newly signed")
	case len(d.new.Signers) == 0:
		add(SignatureLost, nil, "sign it with the identity of the old one", "refused %s: the old one is signed, this one is not", by)
	case sharesSigner(d.old, d.new):
		add(SignerChanged, nil, "", "a signer was added or removed")
	default:
		add(ReplacementRefused, nil, "sign it with the identity of the old one, or have the old one removed first; an MDM server can replace it anyway",
			"refused %s: another certificate signed it (%s)", by, d.Signature)
	}
}

func sharesSigner(old, new *Side) bool {
	return slices.ContainsFunc(old.Signers, func(a Signer) bool {
		return slices.ContainsFunc(new.Signers, func(b Signer) bool { return a.Fingerprint == b.Fingerprint })
	})
}

// identityPayloads lists the payload types requesting a certificate or holding a private key.
var identityPayloads = []string{"com.apple.security.scep", "com.apple.security.acme", "com.apple.ADCertificate.managed", "com.apple.security.pkcs12"}

func (d *Difference) addForPayload(p *Payload, add addFunc) {
	switch {
	case p.Kind == Added:
		add(PayloadAdded, p, "", "%s is new", p.Label())
	case p.Kind == Removed:
		add(PayloadRemoved, p, "", "%s is removed, and the device undoes its settings", p.Label())
	case p.old.String("PayloadType") != p.new.String("PayloadType"):
		add(PayloadRetyped, p, "", "%s is removed and replaced by one of another type (%s → %s)", p.Label(), p.old.String("PayloadType"), p.new.String("PayloadType"))
	case p.Reinstalled:
		add(PayloadReinstalled, p, "keep PayloadIdentifier and PayloadUUID to update it in place",
			"%s is removed and installed again (%s)", p.Label(), p.Why)
		if slices.Contains(identityPayloads, p.Type) {
			add(IdentityReissued, p, "keep its PayloadUUID unless you want a new certificate",
				"%s brings a certificate with its key: the device gets a new one, and anything using the old one stops working until then", p.Label())
		}
	}
}

// addForKeys adds consequences of single keys, of the top level and of payloads.
func (d *Difference) addForKeys(add addFunc) {
	for _, c := range d.TopLevel {
		addForTopLevel(c, add)
	}
	for i := range d.Payloads {
		p := &d.Payloads[i]
		lost, needed := supervisedKeys(p)
		if len(lost) > 0 && d.old.Identifier() == d.new.Identifier() {
			add(SupervisionLost, p, "", "supervised devices no longer obey %s", names(lost))
		}
		if len(needed) > 0 {
			add(SupervisionNeeded, p, "for steps by hand on other devices: syncguard coverage", "only supervised devices obey %s", names(needed))
		}
	}
	d.addForSecrets(add)
}

func addForTopLevel(c Change, add addFunc) {
	switch c.Path {
	case "PayloadScope":
		if old, new := scope(c.Old), scope(c.New); old == "User" && new == "System" {
			add(ScopeWidened, nil, "", "on a Mac the settings now apply to every user: PayloadScope from User to System")
		} else if old == "System" && new == "User" {
			add(ScopeNarrowed, nil, "", "on a Mac the settings now apply to one user: PayloadScope from System to User")
		}
	case "TargetDeviceType":
		addForDeviceTypes(deviceType(c.Old), deviceType(c.New), add)
	case "PayloadRemovalDisallowed":
		if old, new := isTrue(c.Old), isTrue(c.New); old && !new {
			add(RemovalAllowed, nil, "", "people can now remove it")
		} else if new && !old {
			add(RemovalForbidden, nil, "", "people can no longer remove it (on iPhones and iPads only if supervised)")
		}
	case "RemovalDate", "DurationUntilRemoval":
		add(RemovalDated, nil, "", "its time of removal changed: %s from %s to %s", c.Path, c.Old.Describe(), c.New.Describe())
	case "EncryptedPayloadContent":
		if c.Kind == Removed {
			add(EncryptionLost, nil, "syncguard encrypt", "its payloads are no longer encrypted")
		}
	}
	if c.keys[0] == "ConsentText" && c.Kind != Removed {
		add(ConsentAsked, nil, "", "people installing it by hand must agree to ConsentText")
	}
}

// scope returns PayloadScope; its default is User.
func scope(v *plist.Value) string {
	if v == nil {
		return "User"
	}
	return v.Text
}

func deviceType(v *plist.Value) int64 {
	if v == nil {
		return 0
	}
	n, _ := v.Int.Int64()
	return n
}

func addForDeviceTypes(old, new int64, add addFunc) {
	if new == 0 {
		add(TargetWidened, nil, "", "devices of every kind accept it: TargetDeviceType from %d to none", old)
		return
	}
	add(TargetNarrowed, nil, "", "only devices of TargetDeviceType %d accept it; others keep the old one or get none", new)
}

func isTrue(v *plist.Value) bool { return v != nil && v.Bool }

// supervisedKeys lists a payload's removed and added keys for supervised devices only.
func supervisedKeys(p *Payload) (lost, needed []string) {
	for _, c := range p.Changes {
		switch {
		case !c.Supervised:
		case c.Kind == Removed || p.Kind == Removed:
			lost = append(lost, c.Path)
		case c.Kind == Added || p.Kind == Added:
			needed = append(needed, c.Path)
		}
	}
	return lost, needed
}

// maxNames is how many keys a sentence names.
const maxNames = 3

func names(keys []string) string {
	if n := len(keys) - maxNames; n > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(keys[:maxNames], ", "), n)
	}
	return strings.Join(keys, ", ")
}

func (d *Difference) addForSecrets(add addFunc) {
	secret := func(c Change) bool { return c.Kind == Changed && c.IsSecret() }
	if slices.ContainsFunc(d.TopLevel, secret) {
		add(SecretChanged, nil, "", "a secret changed")
	}
	for i := range d.Payloads {
		if slices.ContainsFunc(d.Payloads[i].Changes, secret) {
			add(SecretChanged, &d.Payloads[i], "", "a secret of %s changed", d.Payloads[i].Label())
		}
	}
}
