package ci

import (
	"fmt"
	"io"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/text"
	"syncguard/internal/view/plain"
)

// writeMarkdown writes a summary for a comment or a step: the totals, and a table of the findings, the worst first. Text
// from outside stands in code spans, so neither Markdown nor a forge finds a link, a mention or markup in it. It holds no more
// rows than fit.
func writeMarkdown(w io.Writer, r *Run) error {
	var worst [3]markdownRows // errors, warnings and notes
	found := 0
	for file, err := range r.Files {
		if err != nil {
			return err
		}
		found += len(file.Findings)
		for _, f := range r.findings(file) {
			worst[diag.Error-f.Severity].add(f)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "### syncguard lint: %s\n", plain.Totals(&r.Footer.Totals))
	if found > plain.ManyFindings {
		writeStatistics(&b, r.Footer.Statistics)
	}
	if found > 0 {
		b.WriteString("\n| | Place | Finding | Rule |\n|---|---|---|---|\n")
	}
	listed, fits := 0, true
	for _, rows := range worst {
		for _, row := range rows.fitting {
			if fits = fits && plain.Fits(&b, row); fits {
				listed++
			}
		}
		fits = fits && !rows.full
	}
	if n := found - listed; n > 0 {
		fmt.Fprintf(&b, "\nNot listed, for lack of space: %s.\n", text.Count(n, "finding"))
	}
	if n := r.Footer; n.Ignored+n.Baselined > 0 {
		fmt.Fprintf(&b, "\nNot listed: %d ignored, %d in the baseline.\n", n.Ignored, n.Baselined)
	}
	for i, n := range r.Footer.Refused {
		if !plain.Fits(&b, fmt.Sprintf("\nNo effect (--untrusted): %s: %s\n", plain.CodeSpan(r.Header.Path(n.Name)), plain.CodeSpan(n.Message))) {
			fmt.Fprintf(&b, "\nNo effect (--untrusted): %d more.\n", len(r.Footer.Refused)-i)
			break
		}
	}
	for i, u := range r.Footer.Unread {
		if !plain.Fits(&b, fmt.Sprintf("\nNot checked: %s: %s\n", plain.CodeSpan(r.Header.Path(u.Name)), plain.CodeSpan(u.Message))) {
			fmt.Fprintf(&b, "\nNot checked: %s.\n", text.Count(len(r.Footer.Unread)-i, "file"))
			break
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// writeStatistics writes the number of findings of each rule: a few lines, where the findings are too many to read.
func writeStatistics(b *strings.Builder, all []app.RuleCount) {
	b.WriteString("\n| Findings | Corrected by --fix | Rule |\n|--:|--:|---|\n")
	for _, c := range all {
		fmt.Fprintf(b, "| %d | %d | %s |\n", c.All(), c.Fixable, plain.CodeSpan(c.Rule))
	}
}

// markdownRows holds the first rows of a severity, as many as fit into an empty summary.
type markdownRows struct {
	fitting []string
	size    strings.Builder
	full    bool
}

func (r *markdownRows) add(f finding) {
	if r.full {
		return
	}
	row := markdownRow(f)
	if r.full = !plain.Fits(&r.size, row); !r.full {
		r.fitting = append(r.fitting, row)
	}
}

func markdownRow(f finding) string {
	lines := strings.Split(f.text(), "\n")
	for i, line := range lines {
		lines[i] = plain.CodeSpan(line)
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", f.Severity, plain.CodeSpan(f.at.String()), strings.Join(lines, "<br>"), plain.CodeSpan(f.title()))
}
