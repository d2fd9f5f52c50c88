package view

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"syncguard/internal/app"
	"syncguard/internal/baseline"
	"syncguard/internal/coverage"
	"syncguard/internal/hints"
	"syncguard/internal/target"
)

// evil is text that would break out of a page, a table or a line.
const evil = "</style></title><script>alert(1)</script>\"'`|\n# x \u202e{{.}}"

var codeSpans = regexp.MustCompile("`[^`\n]*`")

func handoutOf(t *testing.T, text string, targets ...string) *Handout {
	t.Helper()
	part := HandoutPart{Template: text, Name: text, Organization: text, Languages: hints.Languages()}
	outcome := baseline.Outcome{Intent: baseline.DNS, Class: baseline.Hint, Mechanisms: []string{text}, Source: text,
		Notes:    []baseline.Note{{Text: text, Evidence: baseline.Community, Source: text}},
		Settings: []baseline.Setting{{Path: []string{"Settings", text}, Value: text, Evidence: baseline.Apple}}}
	var all []target.Target
	var outcomes [][]baseline.Outcome
	for _, name := range targets {
		to, err := target.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		all, outcomes = append(all, to), append(outcomes, []baseline.Outcome{outcome})
		part.Profiles = append(part.Profiles, Profile{Template: text, Target: to.String(), Title: to.Describe(), File: text, SHA256: "00", Of: to,
			Organization: text, Payloads: []string{text}, Intents: Intents(outcomes[0]), Declarations: []Declaration{{Type: text, Identifier: text, File: text}}})
	}
	part.Matrix = coverage.Outcomes(all, outcomes)
	part.Resolvers = []Endpoint{{Host: text, Port: "443 TCP", For: "DNS", Evidence: baseline.Apple}}
	return &Handout{Build: &Build{Signer: &app.Signer{Name: text}}, Parts: []HandoutPart{part, part}}
}

// Nothing of a template becomes markup, in either format.
func TestHandoutEscapes(t *testing.T) {
	h := handoutOf(t, evil, "iOS/manual", "macOS/manual", "tvOS/manual", "iOS/supervised")
	for name, write := range map[string]func(*bytes.Buffer) error{
		"HTML":     func(b *bytes.Buffer) error { return HandoutHTML(b, h) },
		"Markdown": func(b *bytes.Buffer) error { return HandoutMarkdown(b, h) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		text := codeSpans.ReplaceAllString(b.String(), "") // in which Markdown has no markup
		for _, bad := range []string{"<script", "\u202e", "\n# x", "</title><"} {
			if i := strings.Index(text, bad); i >= 0 {
				t.Errorf("%s holds %q: %s", name, bad, text[max(0, i-120):i+40])
			}
		}
		if strings.Count(text, "</style>") > 1 {
			t.Errorf("%s ends the style sheet early", name)
		}
	}
}

// Settings come first, then the profile, then a look whether it works; each where the device has it.
func TestGuides(t *testing.T) {
	h := handoutOf(t, "x", "iOS/manual", "macOS/manual", "tvOS/manual", "iOS/supervised", "visionOS/manual")
	guides := h.Parts[0].guides(hints.In("de"))
	for i, want := range []struct{ install, remove, check string }{
		{"innerhalb von 8 Minuten zu Einstellungen > Allgemein > VPN und Geräteverwaltung", "Einstellungen > Allgemein", "Dateien"},
		{"Doppelklicke auf x. Geh dann zu Systemeinstellungen > Allgemein > Geräteverwaltung", "Systemeinstellungen", "Finder"},
		{"Apple Configurator", "", ""},
		{"Deine Organisation schickt", "Deine Organisation entfernt", "Dateien"},
		{"innerhalb von 8 Minuten", "Einstellungen", "Dateien"},
	} {
		g := guides[i]
		if !strings.Contains(g.Install, want.install) || !strings.Contains(g.Remove, want.remove) || !strings.Contains(g.Check, want.check) || (want.check == "") != (g.Check == "") {
			t.Errorf("%s: got %+v", g.Title, g)
		}
		if item := g.Groups[0].Items[0]; item.Path[0] != "Einstellungen" || item.Mark != "nicht belegt" || g.Names == "" {
			t.Errorf("%s: got %+v", g.Title, item)
		}
	}
	var b bytes.Buffer
	if err := HandoutHTML(&b, h); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	first, second := strings.Index(page, "Zuerst diese Einstellungen"), strings.Index(page, "Dann das Profil")
	if first < 0 || second < first {
		t.Errorf("the settings are at %d, the profile at %d", first, second)
	}
}

// A page asks for nothing from elsewhere.
func TestHandoutIsSelfContained(t *testing.T) {
	var b bytes.Buffer
	if err := HandoutHTML(&b, handoutOf(t, "x", "iOS/manual")); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"src=", "<link", "@import", "url(", "<script", "<img", "<iframe"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
}
