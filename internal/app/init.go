package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/files"
	"syncguard/internal/target"
	"syncguard/internal/template"
)

// InitOptions are the answers for a first template.
type InitOptions struct {
	File       string
	Name       string // name of the organization
	Identifier string // its reverse-DNS identifier
	Targets    []string
	DNS        []string // names of DNSProviders
	Intents    []string // of Intents; the others are turned off, unless there is none
	Exempt     []string // Wi-Fi networks (SSIDs) that keep their own DNS
	Language   string   // of the profiles' name and description, BCP 47; empty for English
	Force      bool     // replace an existing File

	// Ask gets missing answers from a person, after the check that File can be written; nil without a terminal.
	Ask func(*InitOptions) error
}

// DNSProvider is a DNS service known to templates by name.
type DNSProvider struct{ Name, Label string }

// DNSProviders lists the DNS services known to templates, the usual one first.
func DNSProviders() []DNSProvider {
	return []DNSProvider{
		{string(template.Cloudflare), "Cloudflare (1.1.1.1)"},
		{string(template.Google), "Google (8.8.8.8)"},
		{string(template.Quad9), "Quad9 (9.9.9.9)"},
	}
}

// Init writes a commented template, and returns the command that builds it.
func Init(_ context.Context, h *Host, o InitOptions) (next string, err error) {
	if _, err := h.Files.Lstat(o.File); err == nil && !o.Force {
		return "", diag.WithHint(fmt.Errorf("%s already exists", o.File), "give another name, or add --force to replace it")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if o.Ask != nil {
		if err := o.Ask(&o); err != nil {
			return "", err
		}
	}
	targets, err := o.check(h)
	if err != nil {
		return "", err
	}
	starter, err := o.starter()
	if err != nil {
		return "", err
	}
	next = "syncguard build"
	if o.File != DefaultTemplate {
		next += " " + o.File
	}
	if !slices.ContainsFunc(targets, func(t target.Target) bool { return !t.Enrollment.IsMDM() }) {
		next += " --unsigned" // a server signs by itself, or takes no signature
	}
	return next, files.WriteOne(h.Files, o.File, starter, 0o644, h.Now())
}

// Draft returns the text of a commented template, and writes nothing.
func Draft(h *Host, o InitOptions) ([]byte, error) {
	if _, err := o.check(h); err != nil {
		return nil, err
	}
	return o.starter()
}

// Sets reports whether the template turns an intent on.
func (o *InitOptions) Sets(intent string) bool {
	return len(o.Intents) == 0 || slices.Contains(o.Intents, intent)
}

// IsReverseDNS reports whether an identifier is a domain, last part first.
func IsReverseDNS(s string) bool {
	matched, _ := regexp.MatchString(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`, s)
	return matched
}

// check refuses invalid answers, and fills in the default targets and DNS provider. It returns the targets.
func (o *InitOptions) check(h *Host) ([]target.Target, error) {
	if o.Name == "" {
		return nil, diag.Usage("give the organization's name: syncguard init --name \"Acme\" --identifier com.acme", "missing --name")
	}
	if o.Identifier == "" {
		return nil, diag.Usage("give your domain, last part first: --identifier com.acme", "missing --identifier")
	}
	if !IsReverseDNS(o.Identifier) {
		return nil, diag.Usage("write your domain, last part first, such as com.acme", "invalid --identifier %q: want reverse DNS", o.Identifier)
	}
	targets, _, err := parseTargets(h, o.Targets)
	if err != nil {
		return nil, err
	}
	for _, name := range o.DNS {
		if !slices.ContainsFunc(DNSProviders(), func(p DNSProvider) bool { return p.Name == name }) {
			return nil, diag.Usage("want cloudflare, google or quad9; write another server into the template, under prevention.dns", "unknown DNS provider %q", name)
		}
	}
	o.Intents = slices.Clone(o.Intents)
	for i, name := range o.Intents {
		if o.Intents[i], err = choose("intent", name, Intents()); err != nil {
			return nil, err
		}
	}
	if len(o.Targets) == 0 {
		targets = template.DefaultTargets()
		for _, t := range targets {
			o.Targets = append(o.Targets, string(t.Platform)+"/"+string(t.Enrollment))
		}
	}
	if len(o.DNS) == 0 {
		o.DNS = []string{string(template.Cloudflare)}
	}
	return targets, nil
}

// starter returns the text of the template, with the answers as YAML scalars. Package text/template would do it, but its use keeps
// the linker from leaving out what the page's engine does not need: a third of its size.
func (o *InitOptions) starter() ([]byte, error) {
	base, err := quoteYAML(filepath.Base(o.File))
	if err != nil {
		return nil, err
	}
	name, err := quoteYAML(o.Name)
	if err != nil {
		return nil, err
	}
	dns, err := o.starterDNS()
	if err != nil {
		return nil, err
	}
	titles := "  displayName: Keep iCloud Syncing\n  description: Keeps iCloud syncing.\n"
	if o.Language != "" {
		titles = "  languages: [" + o.Language + "]  # of the name and the description\n"
	}
	var targets strings.Builder
	for _, t := range o.Targets {
		targets.WriteString("  - " + t + "\n")
	}
	parts := []string{"$base", base, "$name", name, "$identifier", o.Identifier, "$titles\n", titles, "$targets\n", targets.String(), "$dns\n", dns}
	for _, part := range []struct{ name, intent, on string }{
		{"$time\n", "date-time", starterTime}, {"$cellular\n", "cellular", starterCellular},
		{"$storage\n", "storage", starterStorage}, {"$updates\n", "updates", starterUpdates},
	} {
		text := "  " + part.intent + ": false\n"
		if o.Sets(part.intent) {
			text = part.on
		}
		parts = append(parts, part.name, text)
	}
	return []byte(strings.NewReplacer(parts...).Replace(starterText)), nil
}

// starterDNS returns the text of the template about DNS.
func (o *InitOptions) starterDNS() (string, error) {
	if !o.Sets("dns") {
		return "  dns: false\n", nil
	}
	provider := "    provider: " + o.DNS[0] + "\n"
	if len(o.DNS) > 1 {
		provider = "    providers: [" + strings.Join(o.DNS, ", ") + "]\n" +
			"    combine: selectable         # one entry each, the person chooses; or failover: the first one only\n"
	}
	exempt := "    # exemptNetworks: [Office]  # Wi-Fi networks that keep their own resolver\n"
	if len(o.Exempt) > 0 {
		exempt = "    exemptNetworks:             # Wi-Fi networks that keep their own resolver\n"
		for _, network := range o.Exempt {
			quoted, err := quoteYAML(network)
			if err != nil {
				return "", err
			}
			exempt += "      - " + quoted + "\n"
		}
	}
	return strings.NewReplacer("$provider\n", provider, "$exempt\n", exempt).Replace(starterDNS), nil
}

// quoteYAML quotes a string for YAML. Every JSON string is a double-quoted YAML scalar.
func quoteYAML(s string) (string, error) {
	b, err := json.Marshal(strings.ReplaceAll(s, "${", "$${")) // keep it from being read as a variable
	return string(b), err
}
