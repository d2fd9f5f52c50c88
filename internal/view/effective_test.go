package view

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"

	"syncguard/internal/app"
	"syncguard/internal/effective"
	"syncguard/internal/fact"
	"syncguard/internal/intent"
	"syncguard/internal/merge"
	"syncguard/internal/target"
)

// deviceOf is a device with files, settings and reasons of a name, many of each.
func deviceOf(name string) *app.Effective {
	d := &effective.Device{Target: target.Target{Platform: target.MacOS, Version: target.Version{Major: 27}, Enrollment: target.Supervised}}
	source := func(i, value int) effective.Source {
		return effective.Source{File: fmt.Sprint(name, i), Payload: "PayloadContent[0]", Key: name, Shown: fmt.Sprint(name, value)}
	}
	for i := range 60 {
		d.Files = append(d.Files, effective.Fate{File: fmt.Sprint(name, i), Identifier: name, Kind: "profile", Note: name, Rule: []string{"same-identifier", ""}[i%2], Next: name},
			effective.Fate{File: fmt.Sprint(name, i), CopyOf: name})
		s := effective.Setting{Type: fmt.Sprint(name, i/20), Key: fmt.Sprint(name, i), Status: []effective.Status{effective.Alone, effective.Undefined, effective.Combined}[i%3], Shown: name,
			Class: intent.Preset, Rule: "restrictions", Evidence: fact.Unverified, Next: name, Scope: "User"}
		for j := range 60 {
			s.By, s.Lost = append(s.By, source(j, j/9)), append(s.Lost, source(j, 0))
		}
		d.Settings = append(d.Settings, s)
		d.Inert = append(d.Inert, effective.Inert{Type: fmt.Sprint(name, i/20), Key: fmt.Sprint(name, i), Why: fmt.Sprint(name, i/30), Source: source(i, i)})
	}
	return &app.Effective{Devices: []*effective.Device{d}, Rules: []merge.Rule{*merge.ByID("restrictions"), *merge.ByID("same-identifier")}}
}

// What a profile says is text in every format.
func TestEffectiveIsHarmless(t *testing.T) {
	r := deviceOf(hostileName)
	for name, write := range map[string]func(*bytes.Buffer) error{
		"text":     func(b *bytes.Buffer) error { NewPrinter(b, nil, 0).Blocks(Effective(r, true)...); return nil },
		"markdown": func(b *bytes.Buffer) error { return Markdown(b, 3, Effective(r, true)...) },
		"html":     func(b *bytes.Buffer) error { return EffectivePage(r, true).HTML(b) },
		"json":     func(b *bytes.Buffer) error { return WriteJSON(b, r) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(b.String(), "\x1b\u202e") && name != "json" {
			t.Errorf("%s holds characters that a terminal obeys", name)
		}
		if name == "html" && (strings.Contains(b.String(), "<script") || strings.Contains(b.String(), "<img")) {
			t.Errorf("%s holds markup of the profile's", name)
		}
	}
}

// A fleet's worth of files fits a screen: 80 columns, and no list that has no end.
func TestEffectiveIsShort(t *testing.T) {
	text := func(all bool) string {
		var b bytes.Buffer
		NewPrinter(&b, nil, 80).Blocks(Effective(deviceOf("it.mobileconfig "), all)...)
		return b.String()
	}
	few, all := text(false), text(true)
	for _, line := range strings.Split(few, "\n") {
		if lipgloss.Width(line) > 80 {
			t.Errorf("%d columns: %s", lipgloss.Width(line), line)
		}
	}
	if a, b := strings.Count(few, "\n"), strings.Count(all, "\n"); a > 700 || b < 2*a {
		t.Errorf("%d lines, and %d with --all", a, b)
	}
	for _, want := range []string{"3 more values", "26 more", "56 more have the content of another file", ", for users", "8 more"} {
		if !strings.Contains(few, want) {
			t.Errorf("no %q in\n%s", want, few)
		}
	}
}
