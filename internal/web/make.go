package web

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/fact"
	"syncguard/internal/guidance"
)

// MakeParams are the choices of a person for their own device.
type MakeParams struct {
	Target   string   `json:"target"`           // PLATFORM@VERSION/ENROLLMENT
	DNS      string   `json:"dns,omitempty"`    // name of a provider; empty to leave DNS alone
	Exempt   []string `json:"exempt,omitempty"` // Wi-Fi networks that keep their own DNS
	Language string   `json:"language"`         // of the profile and of the result, BCP 47
}

// Made is what a profile does on a device, and what is left to its owner, in words. Its files are those of the answer.
type Made struct {
	Template     string      `json:"template"`
	File         string      `json:"file"` // the profile; empty if none can set anything on the device
	Declarations []string    `json:"declarations"`
	Causes       []MadeCause `json:"causes"`
}

// MadeCause is one cause of paused syncing.
type MadeCause struct {
	Intent string     `json:"intent"`
	Title  string     `json:"title"`
	Class  string     `json:"class"`
	Does   []string   `json:"does"`  // sentences
	First  bool       `json:"first"` // the steps come before the profile
	Steps  []MadeStep `json:"steps"`
	Notes  []MadeNote `json:"notes"` // conditions and consequences, in English
}

// MadeStep is one step through Settings.
type MadeStep struct {
	Path   []string `json:"path"`
	Value  string   `json:"value"`
	Unseen bool     `json:"unseen,omitempty"` // a name was not seen in a source
}

// MadeNote is a fact with its source.
type MadeNote struct {
	Text   string `json:"text"`
	Source string `json:"source"`
}

// makeOwn writes the profile for a person's own device, with its template.
func makeOwn(ctx context.Context, c *call, p MakeParams) (*Made, error) {
	if !slices.Contains(guidance.Languages(), p.Language) {
		return nil, fmt.Errorf("unknown language %q: want one of %s", p.Language, strings.Join(guidance.Languages(), ", "))
	}
	r, err := app.OwnDevice(ctx, c.Host, app.OwnDeviceOptions{Target: p.Target, DNS: p.DNS, Exempt: p.Exempt, Language: p.Language})
	if err != nil {
		return nil, err
	}
	l := guidance.In(p.Language)
	made := &Made{Template: r.Template, File: r.File, Declarations: r.Declarations}
	for _, cause := range r.Causes {
		m := MadeCause{Intent: string(cause.Intent), Title: l.Text(string(cause.Intent)), Class: string(cause.Class), First: cause.First}
		for _, s := range cause.Does {
			m.Does = append(m.Does, s.In(l))
		}
		for _, s := range cause.Steps {
			path, evidence := l.Path(s.Path, s.Evidence)
			m.Steps = append(m.Steps, MadeStep{path, l.Value(s.Value), evidence == fact.Unverified})
		}
		for _, n := range cause.Notes {
			m.Notes = append(m.Notes, MadeNote{n.Label(), n.Source})
		}
		made.Causes = append(made.Causes, m)
	}
	return made, nil
}

// WordsParams name a language.
type WordsParams struct {
	Language string `json:"language"` // BCP 47
}

// MakeWords are the texts that the page shares with the install page, in one language.
type MakeWords struct {
	Texts  map[string]string `json:"texts"`  // by their names in package guidance, with {placeholders}
	Mobile string            `json:"mobile"` // path to the profiles in Settings
	Mac    string            `json:"mac"`    // the same on a Mac
}

// sharedTexts are the names, or their beginnings, of the texts that the page takes from package guidance.
var sharedTexts = []string{"keep", "switch", "install.", "check", "remove", "names", "mark", "serve.", "checking"}

// makeWords returns the texts.
func makeWords(_ context.Context, _ *call, p WordsParams) (*MakeWords, error) {
	l := guidance.In(p.Language)
	w := &MakeWords{Texts: map[string]string{}}
	for id, text := range l.Texts {
		if slices.ContainsFunc(sharedTexts, func(s string) bool { return id == s || strings.HasSuffix(s, ".") && strings.HasPrefix(id, s) }) {
			w.Texts[id] = text
		}
	}
	path := func(names ...string) string {
		shown, evidence := l.Path(names, fact.Community)
		s := strings.Join(shown, " › ")
		if evidence == fact.Unverified {
			s += " (" + l.Texts["mark"] + ")"
		}
		return s
	}
	w.Mobile = path("Settings", "General", "VPN & Device Management")
	w.Mac = path("System Settings", "General", "Device Management")
	return w, nil
}

var makeMethods = []Method{
	method("make", makeOwn),
	method("makeWords", makeWords),
}
