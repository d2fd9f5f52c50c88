package view

import (
	"fmt"
	"strings"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/fact"
	"syncguard/internal/identity"
	"syncguard/internal/text"
)

// Identity writes the facts of an identity, and the likely verdict of devices.
func (p *Printer) Identity(id *app.Identity) {
	leaf := id.Chain[0]
	p.Line("%s  %s", bold.Render(Clean(id.Name)), faint.Render(Clean(id.File)))
	row := func(label, text string) { p.wrappedAfter("  "+faint.Render(fmt.Sprintf("%-11s", label))+" ", text) }
	key := id.Key
	if !id.HasKey {
		key += faint.Render("  (private key not checked)")
	}
	row("key", key)
	row("valid", fmt.Sprintf("%s to %s, %s", leaf.NotBefore.Format(time.DateOnly), leaf.NotAfter.Format(time.DateOnly), daysLeft(id.DaysLeft)))
	row("usage", usageText(id))
	row("SHA-256", leaf.SHA256)
	for i, cert := range id.Chain {
		label := ""
		if i == 0 {
			label = "chain"
		}
		text := strings.Repeat("  ", max(i-1, 0)) + strings.Repeat("└ ", min(i, 1)) + Clean(cert.Name)
		if !cert.Embedded {
			text += faint.Render("  root, left out of signatures")
		}
		row(label, text)
	}
	p.Line("")
	row("on devices", verdictText(id))
	for _, f := range id.Findings {
		p.identityFinding(f)
	}
}

func (p *Printer) identityFinding(f identity.Finding) {
	label := yellow.Render("warning:")
	switch f.Weight {
	case identity.CannotSign, identity.Distrusted:
		label = red.Render("reason:")
	case identity.Remark:
		label = blue.Render("note:")
	}
	evidence := ""
	if f.Evidence != "" && f.Evidence != fact.Apple {
		evidence = faint.Render(" (" + string(f.Evidence) + ")")
	}
	p.Line("")
	p.wrapped(4, "  %s %s%s", label, Clean(f.Message), evidence)
	if f.Help != "" {
		p.wrappedAfter("    "+cyan.Render("help:")+" ", Clean(f.Help))
	}
}

func daysLeft(days int) string {
	if days < 0 {
		return red.Render("expired")
	}
	return text.Count(days, "day") + " left"
}

func usageText(id *app.Identity) string {
	if len(id.KeyUsage)+len(id.ExtendedKeyUsage) == 0 {
		return "any use"
	}
	return Clean(strings.Join(append(append([]string{}, id.KeyUsage...), id.ExtendedKeyUsage...), ", "))
}

func verdictText(id *app.Identity) string {
	root := fmt.Sprintf("%q", Clean(id.Root))
	if id.OtherRoot != "" {
		root += fmt.Sprintf(" or %q", Clean(id.OtherRoot))
	}
	switch {
	case id.Verdict == identity.Verified && id.AppleRoot:
		return green.Render("probably Verified") + ": Apple devices have its root " + root + ", although this machine does not"
	case id.Verdict == identity.Verified && id.OwnRoots:
		return green.Render("Verified") + " on devices that trust " + root + ", one of the given roots"
	case id.Verdict == identity.Verified:
		return green.Render("likely Verified") + ": this machine trusts its root " + root + ", but Apple's list may differ"
	case id.Verdict == identity.NeedsRoot:
		return yellow.Render("Verified only on devices that trust "+root) + ", for example by a com.apple.security.root payload; Not Verified on others"
	case id.Verdict == identity.NotVerified:
		return yellow.Render("Not Verified") + "; people can still install it"
	}
	return red.Render("cannot sign")
}

// NewIdentity writes the new files, and the next step.
func (p *Printer) NewIdentity(n *app.NewIdentity) {
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
	p.wrappedAfter(fmt.Sprintf("wrote %-*s  ", width, Clean(n.Key)), key)
	p.wrappedAfter(fmt.Sprintf("      %-*s  ", width, Clean(beside)), text)
	p.Line("%s", next)
}
