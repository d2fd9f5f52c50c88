package lsp

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"syncguard/internal/app"
	"syncguard/internal/lsp/protocol"
)

// settings are the editor's own. They come before those of the project file.
type settings struct {
	Targets       []string `json:"targets"`       // as --target
	For           string   `json:"for"`           // as --for
	Select        []string `json:"select"`        // as --select
	Ignore        []string `json:"ignore"`        // as --ignore
	ExpiresWithin string   `json:"expiresWithin"` // as --expires-within
	Separate      bool     `json:"separate"`      // as --separate
	RulesURL      string   `json:"rulesUrl"`      // address of published rule pages, for the links of diagnostics
	Pause         *int     `json:"pause"`         // milliseconds after a keystroke before the text is checked
}

// section is the name of the settings in an editor's configuration.
const section = "syncguard"

// readSettings reads settings, with the name of their section around them or without. Others than these are no mistake: editors send all
// that they have.
func readSettings(raw json.RawMessage) (s settings) {
	around := map[string]json.RawMessage{}
	if json.Unmarshal(raw, &around) == nil && around[section] != nil {
		raw = around[section]
	}
	_ = json.Unmarshal(raw, &s) // of a wrong one the others still count
	return s
}

// options are those of lint.
func (o settings) options(lint app.LintOptions) (app.LintOptions, error) {
	lint.Targets, lint.For = o.Targets, o.For
	lint.Rules = app.RuleFilter{Selected: o.Select, Ignored: o.Ignore}
	lint.Separate = o.Separate
	if o.ExpiresWithin != "" {
		d, err := time.ParseDuration(o.ExpiresWithin)
		if err != nil {
			return lint, fmt.Errorf("invalid setting expiresWithin %q: want a duration such as 720h", o.ExpiresWithin)
		}
		lint.ExpiresWithin = d
	}
	return lint, nil
}

func (s *server) pause() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ms := s.settings.Pause; ms != nil && *ms >= 0 {
		return time.Duration(*ms) * time.Millisecond
	}
	return s.options.Pause
}

// settingsOf are those for a folder of the workspace. s.mu is held.
func (s *server) settingsOf(folder string) settings {
	if own, ok := s.perFolder[folder]; ok {
		return own
	}
	return s.settings
}

func (s *server) configurationChanged(p *protocol.DidChangeConfigurationParams) (any, error) {
	if len(p.Settings) > 2 && string(p.Settings) != "null" { // an editor that is asked sends null
		s.mu.Lock()
		s.settings = readSettings(p.Settings)
		s.mu.Unlock()
	}
	s.pullSettings()
	s.renew()
	return nil, nil
}

// pullSettings asks for the settings of each folder, if the editor answers that.
func (s *server) pullSettings() {
	if w := s.editor.Workspace; w == nil || !w.Configuration {
		return
	}
	s.mu.Lock()
	folders := slices.Clone(s.folders)
	s.mu.Unlock()
	p := protocol.ConfigurationParams{Items: []protocol.ConfigurationItem{{Section: section}}}
	for _, folder := range folders {
		p.Items = append(p.Items, protocol.ConfigurationItem{ScopeUri: uriOf(folder), Section: section})
	}
	go func() {
		var answers []json.RawMessage
		if s.call("workspace/configuration", p, &answers) != nil || len(answers) != len(p.Items) {
			return
		}
		s.mu.Lock()
		if isSet(answers[0]) {
			s.settings = readSettings(answers[0])
		}
		s.perFolder = map[string]settings{}
		for i, folder := range folders {
			if isSet(answers[i+1]) {
				s.perFolder[folder] = readSettings(answers[i+1])
			}
		}
		s.mu.Unlock()
		s.renew()
	}()
}

func isSet(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
