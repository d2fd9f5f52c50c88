package view

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"syncguard/internal/app"
	"syncguard/internal/compose"
	"syncguard/internal/fact"
	"syncguard/internal/guidance"
	"syncguard/internal/intent"
	"syncguard/internal/summary"
	"syncguard/internal/target"
)

// evil is text that would break out of a page, a table or a line.
const evil = "</style></title><script>alert(1)</script>\"'`|\n# x \u202e{{.}}"

var codeSpans = regexp.MustCompile("``+ .*? ``+|`[^`\n]*`")

func built(t *testing.T, text string, targets ...string) *app.BuildResult {
	t.Helper()
	part := &app.BuiltPart{Template: text, Name: text, Organization: text, Languages: guidance.Languages(), Resolvers: []compose.Resolver{{Host: text, Port: 443}}}
	outcome := intent.Outcome{Intent: intent.DNS, Class: intent.Manual, Mechanisms: []string{text}, Source: text,
		Notes:    []intent.Note{{Text: text, Evidence: fact.Community, Source: text}},
		Settings: []intent.Setting{{Path: []string{"Settings", text}, Value: text, Evidence: fact.Apple}}}
	var all []target.Target
	for _, name := range targets {
		to, err := target.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, to)
		part.Profiles = append(part.Profiles, &app.BuiltProfile{Template: text, Target: to.String(), File: text, SHA256: "00", Of: to,
			Payloads: []string{text}, Intents: []intent.Outcome{outcome}, Declarations: []app.BuiltDeclaration{{Type: text, Identifier: text, File: text}}})
	}
	part.Effects = []app.Effect{{Says: []summary.Sentence{{ID: "does.wifi", Values: []string{"name", text}}}, Class: intent.Enforced, Notes: outcome.Notes, On: all}}
	return &app.BuildResult{Signer: &app.Signer{Name: text}, Parts: []*app.BuiltPart{part, part}}
}

// Nothing of a template becomes markup, in either format.
func TestGuideEscapes(t *testing.T) {
	h := built(t, evil, "iOS/manual", "macOS/manual", "tvOS/manual", "iOS/supervised")
	for name, write := range map[string]func(*bytes.Buffer) error{
		"HTML":     func(b *bytes.Buffer) error { return Guide(h).HTML(b) },
		"Markdown": func(b *bytes.Buffer) error { return Guide(h).Markdown(b) },
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

// Settings come first, then the profile, each where the device has it. An MDM server needs no help to install it.
func TestGuides(t *testing.T) {
	h := built(t, "x", "iOS/manual", "macOS/manual", "tvOS/manual", "iOS/supervised", "visionOS/manual")
	for i, want := range []struct{ install, remove string }{
		{"innerhalb von 8 Minuten zu Einstellungen &gt; Allgemein &gt; VPN und Geräteverwaltung", "Einstellungen &gt; Allgemein"},
		{"Doppelklicke auf x. Geh dann zu Systemeinstellungen &gt; Allgemein &gt; Geräteverwaltung", "Systemeinstellungen"},
		{"Apple Configurator", ""},
		{"", ""},
		{"innerhalb von 8 Minuten", "Einstellungen"},
	} {
		w := &htmlWriter{}
		blocks, unsure := guideSteps(h.Parts[0].Profiles[i], guidance.In("de"))
		w.blocks(blocks)
		text := w.b.String()
		for _, part := range []string{want.install, want.remove, "Einstellungen › ", "nicht belegt"} {
			if !strings.Contains(text, part) {
				t.Errorf("guide %d does not hold %q: %s", i, part, text)
			}
		}
		if byHand := strings.Contains(text, "Dann das Profil"); byHand != (want.install != "") || !unsure {
			t.Errorf("guide %d: by hand is %t, unsure is %t: %s", i, byHand, unsure, text)
		}
	}
	var b bytes.Buffer
	if err := Guide(h).HTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	at := 0
	for _, part := range []string{"Was das Profil einstellt", "Zuerst diese Einstellungen", "Dann das Profil", "Deine Organisation schickt", "Zuletzt", "Bezeichnungen"} {
		i := strings.Index(page[at:], part)
		if i < 0 {
			t.Fatalf("%q does not follow: %s", part, page[at:])
		}
		at += i
	}
}

// A template that is about something else says nothing of iCloud.
func TestGuideWithoutIntents(t *testing.T) {
	h := built(t, "x", "iOS/manual", "iOS/supervised")
	for _, part := range h.Parts {
		part.Resolvers = nil
		for _, p := range part.Profiles {
			p.Intents = nil
		}
	}
	var b bytes.Buffer
	if err := Guide(h).Markdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"iCloud", "sync ", "clock", "must let through", "Cellular", "left to people"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("the report holds %q: %s", bad, b.String())
		}
	}
}

// A page asks for nothing from elsewhere.
func TestGuideIsSelfContained(t *testing.T) {
	var b bytes.Buffer
	if err := Guide(built(t, "x", "iOS/manual")).HTML(&b); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"src=", "<link", "@import", "url(", "<script", "<img", "<iframe"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
}
