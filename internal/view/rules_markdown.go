package view

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"syncguard/internal/app"
	"syncguard/internal/rules"
)

// RulesMarkdown returns the table of rules, with links to their pages.
func RulesMarkdown(list *app.RulesListed) string {
	var b strings.Builder
	b.WriteString("| rule | what it finds | severity | groups | sources |\n|---|---|---|---|---|\n")
	for _, r := range list.Rules {
		fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s | %s | %s |\n", r.ID, r.ID, escapeMarkdown(r.Summary), r.Severity, strings.Join(app.Words(r.Groups), ", "),
			strings.Join(sourceLinks(r), ", "))
	}
	return b.String()
}

// sourceLinks returns the sources of a rule as short links.
func sourceLinks(r rules.Page) []string {
	var links []string
	if !r.HasOwnSource() {
		links = append(links, defaultSource(r.Rule))
	}
	for _, source := range r.Sources {
		links = append(links, sourceLink(source))
	}
	return links
}

// sourceLink returns an address as a link with a short name, and other text unchanged.
func sourceLink(source string) string {
	address, ok := strings.CutPrefix(source, "https://")
	if !ok {
		return escapeMarkdown(source)
	}
	address, _, _ = strings.Cut(strings.TrimPrefix(address, "www."), "#")
	parts := strings.Split(strings.TrimSuffix(address, "/"), "/")
	last := parts[len(parts)-1]
	name := parts[0] + " " + last
	switch {
	case parts[0] == "developer.apple.com":
		name = "Apple: " + last
	case parts[0] == "github.com" && len(parts) == 5: // a pull request or an issue
		name = strings.Join(parts[2:], " ")
	case parts[0] == "github.com":
		name = last
	}
	return fmt.Sprintf("[%s](<%s>)", escapeMarkdown(name), source)
}

// RuleMarkdown returns the page of a rule.
func RuleMarkdown(page *app.RulePage) string {
	r := page.Page
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s.\n\n* Severity: %s\n* Groups: %s\n* Since: %s\n\n## Why\n\n%s\n", r.ID,
		escapeMarkdown(capital(r.Summary)), r.Severity, strings.Join(app.Words(r.Groups), ", "), r.Since, escapeMarkdown(r.Why))
	bad, good := r.Examples()
	exampleMarkdown(&b, "Bad", bad, r.Options)
	exampleMarkdown(&b, "Good", good, "")
	b.WriteString("\n## Fix\n\n")
	if r.Fix != "" {
		fmt.Fprintf(&b, "`syncguard lint --fix`: %s.\n", escapeMarkdown(r.Fix))
	} else {
		b.WriteString("By hand: `syncguard lint --fix` does not change it.\n")
	}
	ways := waysToIgnore(r)
	if len(ways) > 0 {
		b.WriteString("\n## Ignore\n")
	}
	for _, way := range ways {
		fmt.Fprintf(&b, "\n%s:\n\n%s", escapeMarkdown(capital(way.where)), fenced(way.language, way.text))
	}
	b.WriteString("\n## Sources\n\n")
	if !r.HasOwnSource() {
		fmt.Fprintf(&b, "* %s\n", defaultSource(r.Rule))
	}
	for _, source := range r.Sources {
		fmt.Fprintf(&b, "* %s\n", sourceMarkdown(source))
	}
	b.WriteString("\n[All rules](README.md)\n")
	return b.String()
}

func sourceMarkdown(source string) string {
	if strings.HasPrefix(source, "https://") {
		return "<" + source + ">"
	}
	return escapeMarkdown(source)
}

func exampleMarkdown(b *strings.Builder, title string, e rules.Example, options string) {
	if len(e.Files) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n", title)
	if options != "" {
		fmt.Fprintf(b, "\nWith `%s`:\n", options)
	}
	for _, f := range e.Files {
		fmt.Fprintf(b, "\n%s\n\n%s", captionMarkdown(f), fenced(language(f.Name), cleanLines(string(f.Data))))
	}
}

func captionMarkdown(f txtar.File) string {
	name := strings.TrimSuffix(f.Name, ".base64")
	switch {
	case rules.IsEncoded(f.Name):
		return "`" + name + "`, in base64:"
	case rules.Kind(f.Name) == ".payload" && strings.HasPrefix(string(f.Data), "<dict>\n"):
		return "Payloads of one profile:"
	case rules.Kind(f.Name) == ".payload":
		return "Keys of a payload:"
	case len(f.Data) == 0:
		return "`" + name + "` (empty):"
	}
	return "`" + name + "`:"
}

// language names the language of an example, for syntax highlighting.
func language(name string) string {
	switch {
	case rules.IsEncoded(name):
		return "text"
	case rules.Kind(name) == ".payload", rules.Kind(name) == ".mobileconfig":
		return "xml"
	case rules.Kind(name) == ".yaml":
		return "yaml"
	case rules.Kind(name) == ".json":
		return "json"
	}
	return "text"
}

// cleanLines cleans text like Clean, but keeps lines and tabs.
func cleanLines(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		columns := strings.Split(line, "\t")
		for j := range columns {
			columns[j] = Clean(columns[j])
		}
		lines[i] = strings.Join(columns, "\t")
	}
	return strings.Join(lines, "\n")
}

// fenced returns text as a code block, its fence longer than any in the text.
func fenced(language, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + language + "\n" + strings.TrimSuffix(text, "\n") + "\n" + fence + "\n"
}

// escapeMarkdown makes every character of a text stand for itself. Characters without a meaning within a line, such as a
// period or a hyphen, stay.
func escapeMarkdown(text string) string {
	var b strings.Builder
	for _, c := range text {
		if slices.Contains([]rune("\\`*_[]<>|~$&"), c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}
