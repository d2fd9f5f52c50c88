package view

import (
	"bytes"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"syncguard/internal/diag"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
)

// In a pipe, colours come by --color or by the environment alone.
func TestColours(t *testing.T) {
	for _, c := range []struct {
		environ string
		color   Color
		want    bool
	}{
		{"TERM=xterm-256color", ColorAuto, false},
		{"TERM=xterm-256color", ColorAlways, true},
		{"TERM=xterm-256color CLICOLOR_FORCE=1", ColorAuto, true},
		{"TERM=xterm-256color FORCE_COLOR=1", ColorAuto, true},
		{"FORCE_COLOR=true", ColorAuto, true},
		{"TERM=dumb FORCE_COLOR=3", ColorAuto, true},
		{"TERM=xterm-256color FORCE_COLOR=0", ColorAuto, false},
		{"TERM=xterm-256color FORCE_COLOR= CLICOLOR_FORCE=0", ColorAuto, false},
		{"TERM=xterm-256color FORCE_COLOR=1", ColorNever, false},
		{"TERM=xterm-256color FORCE_COLOR=1 CLICOLOR_FORCE=1 NO_COLOR=1", ColorAuto, false},
		{"TERM=xterm-256color FORCE_COLOR=1 NO_COLOR=", ColorAuto, true},
		{"NO_COLOR=1", ColorAlways, true},
		{"TERM=dumb", ColorAlways, true},
		{"CLICOLOR=1 TERM=xterm-256color", ColorAuto, false},
		{"TTY_FORCE=1 TERM=xterm-256color", ColorAuto, false}, // no convention
	} {
		var out bytes.Buffer
		NewColored(&out, strings.Fields(c.environ), 0, c.color).Failure("x")
		if got := strings.Contains(out.String(), "\x1b[31m") || strings.Contains(out.String(), ";31m"); got != c.want {
			t.Errorf("%s --color %s: coloured is %t: %q", c.environ, c.color, got, out.String())
		}
	}
}

func TestTerminalsWithLinks(t *testing.T) {
	for environ, want := range map[string]bool{
		"TERM=xterm-256color":                          false,
		"TERM=linux":                                   false,
		"TERM=xterm-256color VTE_VERSION=7600":         true,
		"TERM=xterm-256color VTE_VERSION=4800":         false,
		"TERM=xterm-256color TERM_PROGRAM=iTerm.app":   true,
		"TERM_PROGRAM=Apple_Terminal":                  false,
		"TERM_PROGRAM=vscode":                          true,
		"TERM_PROGRAM=vscode CI=true":                  false,
		"WT_SESSION=1":                                 true,
		"TERM=xterm-kitty":                             true,
		"TERM=xterm-kitty FORCE_HYPERLINK=0":           false,
		"TERM=tmux-256color VTE_VERSION=7600":          false,
		"TERM=xterm-256color TMUX=/x VTE_VERSION=7600": false,
		"TERM=screen STY=1 VTE_VERSION=7600":           false,
		"TERM=tmux-256color TMUX=/x FORCE_HYPERLINK=1": true,
		"TERM=dumb VTE_VERSION=7600":                   false,
		"TERM=dumb FORCE_HYPERLINK=1":                  false,
		"TERM=xterm-256color VTE_VERSION=x":            false,
		"TERM=xterm-256color KONSOLE_VERSION=221201":   true,
		"TERM=xterm-256color FORCE_HYPERLINK=":         false,
	} {
		if got := showsLinks(strings.Fields(environ)); got != want {
			t.Errorf("%s: %t, want %t", environ, got, want)
		}
	}
}

// Only the names of rules are links, and no text of a file opens or closes one.
func TestRuleLinks(t *testing.T) {
	rules.Published = "https://example.com/rules"
	defer func() { rules.Published = "" }()
	const open, end = "\x1b]8;;https://example.com/rules/unknown-key.md\x1b\\", "\x1b]8;;\x1b\\"
	hostile := "a\x1b]8;;https://evil.example\x1b\\b\x1b]8;;\ac\u009d8;;https://evil.example\u009cd"
	found := []diag.Diagnostic{{Rule: rule.UnknownKey, File: hostile, Message: hostile, Help: hostile}, {Rule: hostile, Message: "no rule of ours"}}
	for _, width := range []int{0, 20, 80} {
		for _, environ := range []string{"", "NO_COLOR=1", "WT_SESSION=1"} {
			var out bytes.Buffer
			p := NewColored(&out, append(strings.Fields(environ), "TERM=xterm-kitty"), width, ColorAlways)
			if environ == "NO_COLOR=1" {
				p = NewColored(&out, []string{environ, "TERM=xterm-kitty"}, width, ColorAuto)
			}
			p.Findings(found)
			want := 0
			if width > 0 && environ != "NO_COLOR=1" {
				want = 1
			}
			text := out.String()
			if strings.Count(text, open) != want || strings.Count(text, end) != want || strings.Count(text, "\x1b]") != 2*want || strings.Contains(text, "\u009d") {
				t.Errorf("%d columns, %s: want %d links in %q", width, environ, want, text)
			}
		}
	}
	if p := NewColored(&bytes.Buffer{}, nil, 80, ColorAlways); p.w.Profile < colorprofile.ANSI {
		t.Errorf("--color always gives %v", p.w.Profile)
	}
}
