package view

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/cms"
	"syncguard/internal/inspect"
	"syncguard/internal/target"
	"syncguard/internal/text"
)

// head writes the keys around the payloads with labels of their own, and returns the rest.
func (t *tree) head(d *inspect.Document) []*inspect.Node {
	var taken map[string]*inspect.Node
	rest := withoutUsual(d.Envelope)
	switch d.Kind {
	case "declaration":
		taken, rest = takeKeys(rest, "Type", "Identifier", "ServerToken")
		t.headLine("declaration", taken["Type"])
		t.headLine("identifier", taken["Identifier"])
		t.headLine("token", taken["ServerToken"])
		return rest
	case "profile":
	default:
		return rest
	}
	taken, rest = takeKeys(rest, "PayloadDisplayName", "PayloadIdentifier", "PayloadUUID", "PayloadOrganization", "PayloadDescription",
		"PayloadScope", "TargetDeviceType", "PayloadRemovalDisallowed", "HasRemovalPasscode", "RemovalDate", "DurationUntilRemoval", "PayloadExpirationDate", "PayloadType")
	if k := taken["PayloadType"]; k != nil && k.Text != "Configuration" {
		rest = append(rest, k)
	}
	t.headLine("profile", taken["PayloadDisplayName"])
	t.headLine("identifier", taken["PayloadIdentifier"])
	t.headLine("UUID", taken["PayloadUUID"])
	t.headLine("organization", taken["PayloadOrganization"])
	t.headLine("description", taken["PayloadDescription"])
	t.headLine("devices", taken["TargetDeviceType"])
	t.headLine("scope", taken["PayloadScope"])
	t.headLine("removal", taken["PayloadRemovalDisallowed"], "disallowed", "allowed")
	t.headLine("", taken["HasRemovalPasscode"], "with a passcode", "")
	t.headLine("removed on", taken["RemovalDate"])
	t.headLine("removed in", taken["DurationUntilRemoval"])
	t.headLine("expires", taken["PayloadExpirationDate"])
	return rest
}

// headLine writes one key of the head with its notes. words replace true and false.
func (t *tree) headLine(label string, k *inspect.Node, words ...string) {
	if k == nil {
		return
	}
	value := t.scalar(k, t.width()-len(t.indent)-roleWidth-4)
	switch {
	case len(words) > 0 && k.Text == "true":
		value = words[0]
	case len(words) > 0 && k.Text == "false":
		value = words[1]
	case k.Key == "DurationUntilRemoval":
		value += " seconds" + days(k.Text)
	case k.Key == "TargetDeviceType":
		value = deviceType(k)
	}
	if value == "" {
		return
	}
	var texts []string
	for _, n := range notesOf(k, true) {
		if n.important {
			texts = append(texts, Clean(n.text))
		}
	}
	if len(texts) > 0 {
		value += "  " + yellow.Render(strings.Join(texts, "; "))
	}
	t.p.wrappedAfter(fmt.Sprintf("%s  %s  ", t.indent, faint.Render(fmt.Sprintf("%-*s", roleWidth, label))), value)
}

// days returns seconds in whole days, or nothing.
func days(seconds string) string {
	const day = 24 * 60 * 60
	n, err := strconv.ParseFloat(seconds, 64)
	if err != nil || n < day || n > 1e12 || n != float64(int64(n)) || int64(n)%day != 0 {
		return ""
	}
	return " (" + text.Count(int(n)/day, "day") + ")"
}

// deviceType names the devices of a TargetDeviceType.
func deviceType(k *inspect.Node) string {
	n, err := strconv.ParseInt(k.Text, 10, 64)
	platform := target.OfDeviceType(n)
	switch {
	case err != nil || k.Type != "integer":
	case n == 0:
		return "any device"
	case n == target.HomePod:
		return "HomePod"
	case platform == target.IOS:
		return "iOS, iPadOS"
	case platform != "":
		return string(platform)
	}
	text, _ := truncate(k.Key+" "+k.Text, maxNoteValue)
	return text
}

// file writes the facts about the file: format, signature, encryption.
func (t *tree) file(f *app.Inspected) {
	line := func(label, shown string) {
		t.p.wrappedAfter(fmt.Sprintf("  %s  ", faint.Render(fmt.Sprintf("%-*s", roleWidth, label))), shown)
	}
	words := map[string]string{"xml": "XML", "binary": "binary property list", "json": "JSON"}
	shown := cmp.Or(words[f.Format], f.Format) + ", " + size(f.Size)
	switch {
	case f.Signature != nil:
		shown += ", signed"
	case f.Kind == "profile":
		shown += ", not signed"
	}
	line("format", shown)
	if s := f.Signature; s != nil {
		for _, c := range s.Certificates {
			if c.Role == cms.RoleSigner {
				name, _ := truncate(c.Name, max(t.width()-40, 40))
				line("signer", fmt.Sprintf(`"%s", %s, until %s`, name, Clean(c.Key), c.NotAfter.Format(time.DateOnly)))
			}
		}
		for _, a := range []struct {
			question string
			cms.Answer
		}{{"integrity", s.Integrity}, {"trust", s.Trust}, {"validity", s.Validity}} {
			a.Help = "" // shown by verify
			a.Detail, _ = truncate(a.Detail, maxDetail)
			t.p.answer(a.question, a.Answer, &repeats{})
		}
	}
	if e := f.Encrypted; e != nil {
		t.encrypted(e, line)
	}
	if f.Errors > 0 {
		line("damaged", yellow.Render(text.Count(f.Errors, "error")+"; parts may be missing here (see syncguard validate)"))
	}
}

const (
	maxRecipients = 10  // listed without --full
	maxDetail     = 200 // columns of an answer: names of certificates can be long
)

func (t *tree) encrypted(e *app.Encrypted, line func(label, text string)) {
	if e.Problem != "" {
		line("encrypted", yellow.Render(Clean(e.Problem)))
		return
	}
	line("encrypted", fmt.Sprintf("for %s, %s of %s: syncguard decrypt opens it", text.Count(len(e.Recipients), "device"), size(e.Size), e.Cipher))
	for i, r := range e.Recipients {
		if i == maxRecipients && !t.full {
			line("", fmt.Sprintf("%d more", len(e.Recipients)-i))
			return
		}
		text := "no certificate"
		switch {
		case r.KeyID != "":
			text = "key identifier " + r.KeyID
		case r.Serial != "":
			text = "serial " + r.Serial + " of " + r.Issuer
		}
		text, _ = truncate(text, t.width()-roleWidth-6)
		line("", text)
	}
}
