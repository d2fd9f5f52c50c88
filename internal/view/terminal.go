package view

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/colorprofile"

	"syncguard/internal/rules"
)

// Color is the choice of --color.
type Color string

// Choices of colours.
const (
	ColorAuto   Color = "auto" // for a terminal, unless the environment says otherwise
	ColorAlways Color = "always"
	ColorNever  Color = "never"
)

// profileOf decides which styles a stream shows. In this order: --color, NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, CLICOLOR=0, then a
// terminal other than TERM=dumb shows them. NO_COLOR leaves bold and faint text to a terminal (https://no-color.org).
func profileOf(w io.Writer, environ []string, color Color) colorprofile.Profile {
	named := slices.DeleteFunc(slices.Clone(environ), func(e string) bool {
		name, _, _ := strings.Cut(e, "=")
		return slices.Contains([]string{"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TTY_FORCE"}, name)
	})
	own := colorprofile.Detect(w, named)
	forced := func() colorprofile.Profile { return max(own, colorprofile.ANSI, colorprofile.Env(named)) }
	isOff := func(name string) bool { return slices.Contains([]string{"0", "false"}, value(environ, name)) }
	isOn := func(name string) bool { return value(environ, name) != "" && !isOff(name) }
	switch {
	case color == ColorNever:
		return colorprofile.NoTTY
	case color == ColorAlways:
		return forced()
	case value(environ, "NO_COLOR") != "":
		return min(own, colorprofile.ASCII)
	case isOn("FORCE_COLOR"), isOn("CLICOLOR_FORCE"):
		return forced()
	case isOff("FORCE_COLOR"), isOff("CLICOLOR"):
		return min(own, colorprofile.ASCII)
	}
	return own
}

// showsLinks reports whether a terminal is known to show hyperlinks (OSC 8), as the packages supports-hyperlinks of npm and Rust know
// them. Others may print the address as text, and so may tmux and screen, who hide the terminal behind them. FORCE_HYPERLINK
// overrules that on any terminal, and switches links off if it is 0.
func showsLinks(environ []string) bool {
	term := value(environ, "TERM")
	if forced := value(environ, "FORCE_HYPERLINK"); forced != "" || term == "dumb" {
		return forced != "" && forced != "0" && term != "dumb"
	}
	if value(environ, "CI")+value(environ, "TMUX")+value(environ, "STY") != "" || strings.HasPrefix(term, "tmux") || strings.HasPrefix(term, "screen") {
		return false
	}
	vte, _ := strconv.Atoi(value(environ, "VTE_VERSION"))
	return vte >= 5000 || value(environ, "WT_SESSION")+value(environ, "KONSOLE_VERSION")+value(environ, "DOMTERM") != "" ||
		slices.Contains([]string{"Hyper", "iTerm.app", "WezTerm", "ghostty", "terminology", "vscode", "zed"}, value(environ, "TERM_PROGRAM")) ||
		slices.Contains([]string{"alacritty", "alacritty-direct", "foot", "xterm-ghostty", "xterm-kitty"}, term)
}

// value returns a variable of an environment (NAME=value), the last one of a name; "" for none.
func value(environ []string, name string) string {
	for _, e := range slices.Backward(environ) {
		if value, found := strings.CutPrefix(e, name+"="); found {
			return value
		}
	}
	return ""
}

// ruleName returns the name of a rule in brackets.
func (p *Printer) ruleName(id string) string {
	return p.ruleLink(id, p.styled(faint, "["+Clean(id)+"]"))
}

// ruleLink returns printable text as a link to the page of a rule, on a terminal with links. The address is made of the rules' own
// names, never of text from outside.
func (p *Printer) ruleLink(id, text string) string {
	page := rules.PageURL(id)
	if !p.links || page == "" {
		return text
	}
	return "\x1b]8;;" + page + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}
