package view

import (
	"fmt"
	"strings"

	"syncguard/internal/fact"
)

// Identity is what signs profiles. In JSON its shape is stable: fields are only ever added (docs/json.md).
type Identity struct {
	Name             string            `json:"name"`
	File             string            `json:"file"` // that the certificate is from
	Development      bool              `json:"development"`
	Key              string            `json:"key"`    // RSA 2048, ECDSA P-256
	HasKey           bool              `json:"hasKey"` // the private key was there, and belongs to the certificate
	DaysLeft         int               `json:"daysLeft"`
	KeyUsage         []string          `json:"keyUsage"`
	ExtendedKeyUsage []string          `json:"extendedKeyUsage"`
	Chain            []Certificate     `json:"chain"`               // the signer first
	Verdict          string            `json:"verdict"`             // verified, needs-root, not-verified, cannot-sign
	Root             string            `json:"root"`                // that a device must trust; empty where it would not help
	OtherRoot        string            `json:"otherRoot,omitempty"` // that signed the root, too, and serves as well
	AppleRoot        bool              `json:"appleRoot,omitempty"` // the root is Apple's own, and this machine does not have it
	Findings         []IdentityFinding `json:"findings"`
}

// Certificate is one of a chain.
type Certificate struct {
	Name       string `json:"name"`
	Subject    string `json:"subject"`
	Issuer     string `json:"issuer"`
	Serial     string `json:"serial"` // hexadecimal
	NotBefore  string `json:"notBefore"`
	NotAfter   string `json:"notAfter"`
	SHA256     string `json:"sha256"` // of the certificate, hexadecimal
	Key        string `json:"key"`
	SignedWith string `json:"signedWith"`
	Embedded   bool   `json:"embedded"`       // in what it signs; roots are not
	File       string `json:"file,omitempty"` // that it is from
}

// IdentityFinding is a reason of the verdict, or something else to know.
type IdentityFinding struct {
	ID       string        `json:"id"`
	Weight   string        `json:"weight"` // cannot-sign, not-verified, doubtful, note
	Message  string        `json:"message"`
	Help     string        `json:"help,omitempty"`
	Evidence fact.Evidence `json:"evidence,omitempty"` // how far it is known that devices do so: apple, community, unverified
}

// OrEmpty turns nil into an empty list, which JSON shows as one.
func OrEmpty(s []string) []string { return orEmpty(s) }

// Identity writes what an identity is, and what devices are likely to say of it. ownRoots says that the roots were given, and
// are not those of the machine.
func (p *Printer) Identity(id *Identity, ownRoots bool) {
	leaf := id.Chain[0]
	p.Line("%s  %s", bold.Render(Clean(id.Name)), faint.Render(Clean(id.File)))
	row := func(label, text string) { p.Line("  %s %s", faint.Render(fmt.Sprintf("%-11s", label)), text) }
	key := id.Key
	if !id.HasKey {
		key += faint.Render("  (the private key was not looked at)")
	}
	row("key", key)
	row("valid", fmt.Sprintf("%s to %s, %s", leaf.NotBefore[:10], leaf.NotAfter[:10], daysLeft(id.DaysLeft)))
	row("for", usageText(id))
	row("SHA-256", leaf.SHA256)
	for i, cert := range id.Chain {
		label := ""
		if i == 0 {
			label = "chain"
		}
		text := strings.Repeat("  ", max(i-1, 0)) + strings.Repeat("└ ", min(i, 1)) + Clean(cert.Name)
		if !cert.Embedded {
			text += faint.Render("  a root, which stays out of signatures")
		}
		row(label, text)
	}
	p.Line("")
	row("on devices", verdictText(id, ownRoots))
	for _, f := range id.Findings {
		p.identityFinding(f)
	}
}

func (p *Printer) identityFinding(f IdentityFinding) {
	label := yellow.Render("warning:")
	switch f.Weight {
	case "cannot-sign", "not-verified":
		label = red.Render("reason:")
	case "note":
		label = blue.Render("note:")
	}
	mark := ""
	if f.Evidence != "" && f.Evidence != fact.Apple {
		mark = faint.Render(" (" + string(f.Evidence) + ")")
	}
	p.Line("")
	p.Line("  %s %s%s", label, Clean(f.Message), mark)
	if f.Help != "" {
		p.Line("    %s %s", cyan.Render("help:"), Clean(f.Help))
	}
}

func daysLeft(days int) string {
	if days < 0 {
		return red.Render("expired")
	}
	return Count(days, "day") + " left"
}

func usageText(id *Identity) string {
	if len(id.KeyUsage)+len(id.ExtendedKeyUsage) == 0 {
		return "any use"
	}
	return Clean(strings.Join(append(append([]string{}, id.KeyUsage...), id.ExtendedKeyUsage...), ", "))
}

func verdictText(id *Identity, ownRoots bool) string {
	root := fmt.Sprintf("%q", Clean(id.Root))
	if id.OtherRoot != "" {
		root += fmt.Sprintf(" or %q", Clean(id.OtherRoot))
	}
	switch {
	case id.Verdict == "verified" && id.AppleRoot:
		return green.Render("probably Verified") + ": Apple devices have its root " + root + ", though this machine does not"
	case id.Verdict == "verified" && ownRoots:
		return green.Render("Verified") + " where " + root + " is trusted, which is among the given roots"
	case id.Verdict == "verified":
		return green.Render("likely Verified") + ": this machine trusts its root " + root + ", and Apple's list may differ"
	case id.Verdict == "needs-root":
		return yellow.Render("Verified only where "+root+" is trusted") + ", such as by a payload of type com.apple.security.root; Not Verified elsewhere"
	case id.Verdict == "not-verified":
		return yellow.Render("Not Verified") + "; people can install it all the same"
	}
	return red.Render("nothing can be signed with it")
}

// NewIdentity is a key that was made, with what goes with it. In JSON its shape is stable: fields are only ever added
// (docs/json.md).
type NewIdentity struct {
	Name        string `json:"name"`
	KeyType     string `json:"keyType"` // RSA 2048, ECDSA P-256
	Key         string `json:"key"`     // path
	Encrypted   bool   `json:"encrypted"`
	Request     string `json:"request,omitempty"`     // path
	Certificate string `json:"certificate,omitempty"` // path, of one that is self-signed
}

// NewIdentity writes what was made, and what to do with it.
func (p *Printer) NewIdentity(n *NewIdentity) {
	key := "private key, " + n.KeyType + ", readable by you only"
	if n.Encrypted {
		key += ", encrypted"
	}
	beside, text, next := n.Request, fmt.Sprintf("request for %q", Clean(n.Name)),
		fmt.Sprintf("next: have %s signed by your certificate authority, then\n      syncguard sign FILE… --cert CERTIFICATE --key %s --chain INTERMEDIATE", Clean(n.Request), Clean(n.Key))
	if n.Certificate != "" {
		beside, text = n.Certificate, fmt.Sprintf("certificate of %q, self-signed: devices show %s", Clean(n.Name), yellow.Render(`"Not Verified"`))
		next = fmt.Sprintf("next: syncguard sign FILE… --cert %s --key %s", Clean(n.Certificate), Clean(n.Key))
	}
	width := max(len(n.Key), len(beside))
	p.Line("wrote %-*s  %s", width, Clean(n.Key), key)
	p.Line("      %-*s  %s", width, Clean(beside), text)
	p.Line("%s", next)
}
