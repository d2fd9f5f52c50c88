package view

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"syncguard/internal/app"
	"syncguard/internal/rules"
)

// RulesMarkdown returns the list of rules with links to their pages, each under its first group.
func RulesMarkdown(list *app.RulesListed) string {
	var b strings.Builder
	for _, group := range rules.Groups() {
		heading := fmt.Sprintf("## %s\n\n", group)
		for _, r := range list.Rules {
			if r.Groups[0] != group {
				continue
			}
			also := ""
			if len(r.Groups) > 1 {
				also = "; also " + strings.Join(app.Words(r.Groups[1:]), ", ")
			}
			fmt.Fprintf(&b, "%s* [%s](%s.md): %s (%s%s)\n", heading, r.ID, r.ID, escapeMarkdown(r.Summary), r.Severity, also)
			heading = ""
		}
		if heading == "" {
			b.WriteString("\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
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
