package plain

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// What the runners of CI systems obey in a log, without a control character: those are Unprintable, so GitLab's sections and
// Jenkins' notes need nothing here. Each part to escape is a group.
var (
	// RunnerCommand matches commands anywhere in a line: "##[" of GitHub and Azure Pipelines, "##vso[" of Azure Pipelines,
	// "##teamcity[", and the folds and times of Travis CI.
	RunnerCommand = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i:#(#)(?:\[|vso\[|teamcity\[))|(?:fold|time)(:)(?:start|end):`)
	})
	// RunnerLine matches the start of a line: "::" of GitHub, after blanks too, and the groups of Buildkite.
	RunnerLine = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?m)^(?:[\s\p{Z}]*(:):|(-)--[ \t]|(\+)\+\+[ \t]|(~)~~[ \t]|(\^)\^\^[ \t]+\+\+\+)`)
	})
)

// runnerSigns are what RunnerCommand begins with: a quick look, since almost no text has one.
var runnerSigns = []string{"##", "fold:", "time:"}

func MayCommand(s string) bool {
	return slices.ContainsFunc(runnerSigns, func(sign string) bool { return strings.Contains(s, sign) })
}

// BreakCommands breaks up commands to a runner: it escapes one character of each.
func BreakCommands(s string, escape func(rune) string) string {
	if MayCommand(s) {
		s = replaceGroups(RunnerCommand(), s, escape)
	}
	return s
}

// BreakLines is BreakCommands for the starts of lines.
func BreakLines(s string, escape func(rune) string) string {
	return replaceGroups(RunnerLine(), s, escape)
}

// replaceGroups escapes the characters of a pattern's groups, one in each match.
func replaceGroups(pattern *regexp.Regexp, s string, escape func(rune) string) string {
	var b strings.Builder
	at := 0
	for _, match := range pattern.FindAllStringSubmatchIndex(s, -1) {
		for i := 2; i < len(match); i += 2 {
			if match[i] >= 0 {
				b.WriteString(s[at:match[i]] + escape(rune(s[match[i]])))
				at = match[i+1]
			}
		}
	}
	if at == 0 {
		return s
	}
	return b.String() + s[at:]
}
