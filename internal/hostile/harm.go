package hostile

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Harm returns what in a text a terminal obeys, or a person reads otherwise than it stands: the first such character, "" for
// none. Line feeds do no harm, nor do the characters of layout.
func Harm(text, layout string) string {
	for i, r := range text {
		switch {
		case r == '\n' || strings.ContainsRune(layout, r):
		case r == utf8.RuneError && strings.HasPrefix(text[i:], "\ufffd"):
		case r == utf8.RuneError, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs):
			return fmt.Sprintf("%q in %q", text[i:min(len(text), i+8)], text[max(0, i-40):min(len(text), i+40)])
		}
	}
	return ""
}

// Command is a command to the runner of a CI system.
type Command struct {
	Runner     string            // the system
	Name       string            // in lower case
	Properties map[string]string // of GitHub's
	Data       string
}

// Commands returns the commands that the runners find in a log. Where a runner asks for more, such as a name that it knows, the
// model is stricter.
func Commands(log string) []Command {
	var found []Command
	for runner, pattern := range map[string]*regexp.Regexp{"GitLab": gitlab(), "Jenkins": jenkins()} {
		if m := pattern.FindString(log); m != "" {
			found = append(found, Command{Runner: runner, Name: m})
		}
	}
	for _, line := range lineEnds().Split(log, -1) {
		found = append(found, inLine(line)...)
	}
	return found
}

// pattern compiles a regular expression on first use.
func pattern(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

var (
	lineEnds = pattern(`\r\n|\r|\n`)
	colours  = pattern(`\x1b\[([;\d]+)?[mK]`)

	// actions/runner, src/Runner.Common/ActionCommand.cs, and microsoft/azure-pipelines-agent: anywhere in a line.
	bracketed = pattern(`(?i)##(\[|vso\[|teamcity\[)`)
	// travis-ci/travis-web, app/utils/log.js.
	travis = pattern(`(?:fold|time):(?:start|end):`)
	// buildkite/agent, header_times_streamer.go.
	buildkite = pattern(`^(?:---|\+\+\+|~~~)\s|^\^\^\^\s+\+\+\+`)
	// GitLab, lib/gitlab/ci/ansi2json.
	gitlab = pattern(`section_(?:start|end):\d+:[\w.-]+(?:\[[^\]]*\])?\r\x1b\[0K`)
	// jenkinsci/jenkins, hudson.console.ConsoleNote.
	jenkins = pattern(`\x1b\[8mha:`)
)

func inLine(line string) (found []Command) {
	// .NET ignores these characters in comparisons.
	plain := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Cc) && !unicode.IsSpace(r) {
			return -1
		}
		return r
	}, line)
	trimmed := strings.TrimLeftFunc(plain, unicode.IsSpace)
	if head, data, ok := strings.Cut(strings.TrimPrefix(trimmed, "::"), "::"); ok && strings.HasPrefix(trimmed, "::") {
		found = append(found, gitHub(head, data))
	}
	for runner, pattern := range map[string]*regexp.Regexp{"GitHub, Azure or TeamCity": bracketed(), "Travis CI": travis()} {
		if m := pattern.FindString(line + "\n" + plain); m != "" {
			found = append(found, Command{Runner: runner, Name: strings.ToLower(m)})
		}
	}
	if m := buildkite().FindString(colours().ReplaceAllString(line, "")); m != "" {
		found = append(found, Command{Runner: "Buildkite", Name: m})
	}
	return found
}

func gitHub(head, data string) Command {
	name, properties, _ := strings.Cut(head, " ")
	c := Command{"GitHub", strings.ToLower(name), map[string]string{}, strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(data)}
	for pair := range strings.SplitSeq(strings.TrimSpace(properties), ",") {
		if key, value, ok := strings.Cut(pair, "="); ok {
			c.Properties[key] = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(value)
		}
	}
	return c
}
