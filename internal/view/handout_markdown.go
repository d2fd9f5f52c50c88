package view

import (
	"fmt"
	"io"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/baseline"
	"syncguard/internal/hints"
)

// HandoutMarkdown writes the handout as Markdown, for a wiki or a pull request.
func HandoutMarkdown(w io.Writer, h *Handout) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s. ", inMarkdown(h.title()), inMarkdown(h.organizations()))
	switch s := h.Build.Signer; {
	case s == nil:
		b.WriteString("Not signed.\n")
	case s.Development:
		b.WriteString("Signed by the development identity, which devices call “Not Verified”.\n")
	default:
		fmt.Fprintf(&b, "Signed by %s.\n", inMarkdown(s.Name))
	}
	manual, mdm := false, false
	for _, p := range h.Parts {
		if err := markdownPart(&b, p, len(h.Parts) > 1); err != nil {
			return err
		}
		manual, mdm = manual || p.isManual(), mdm || p.hasMDM()
	}
	markdownDelivery(&b, manual, mdm)
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownPart(b *strings.Builder, p HandoutPart, named bool) error {
	if named {
		fmt.Fprintf(b, "\n# %s\n", inMarkdown(p.heading()))
	}
	fmt.Fprintf(b, "\n%s, from the template %s.\n\n## Coverage\n\n", p.written(), inMarkdown(p.Template))
	if err := CoverageMarkdown(b, p.Matrix); err != nil {
		return err
	}
	b.WriteString("\n## What is set where\n")
	for _, profile := range p.Profiles {
		markdownTarget(b, profile)
	}
	for _, language := range p.Languages {
		markdownGuides(b, p, hints.In(language))
	}
	b.WriteString("\n## What the network must let through\n\n| host | port | for |\n|---|---|---|\n")
	for _, e := range p.Endpoints() {
		mark := ""
		if e.Evidence != baseline.Apple {
			mark = " (" + string(e.Evidence) + ")"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s%s |\n", code(e.Host), e.Port, inMarkdown(e.For), mark)
	}
	fmt.Fprintf(b, "\nDo not inspect HTTPS to Apple's hosts. Apple's own list counts where this one differs: <%s>\n", appleNetworks)
	return nil
}

func markdownTarget(b *strings.Builder, p Profile) {
	fmt.Fprintf(b, "\n### %s\n\n", inMarkdown(p.Title))
	if p.File != "" {
		fmt.Fprintf(b, "`%s`, %s, SHA-256 `%s`\n\n", code(p.File), size(p.Size), p.SHA256)
	}
	b.WriteString("| what | class | by |\n|---|---|---|\n")
	for _, i := range p.Intents {
		by := "nothing"
		if len(i.Mechanisms) > 0 {
			by = "`" + code(strings.Join(i.Mechanisms, ", ")) + "`"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", baseline.Intent(i.Intent).Title(), i.Class, by)
	}
	if len(p.Declarations) > 0 {
		b.WriteString("\n")
	}
	for _, d := range p.Declarations {
		where := "in the profile"
		if d.File != "" {
			where = "`" + code(d.File) + "`"
		}
		fmt.Fprintf(b, "* `%s`: %s\n", code(d.Type), where)
	}
}

func markdownGuides(b *strings.Builder, p HandoutPart, l *hints.Locale) {
	fmt.Fprintf(b, "\n## %s (%s)\n\n%s\n", l.Text("title"), l.Name, l.Text("lead"))
	for _, g := range p.guides(l) {
		fmt.Fprintf(b, "\n### %s\n\n", inMarkdown(g.Title))
		step := 1
		if len(g.Groups) > 0 {
			fmt.Fprintf(b, "%d. **%s**\n", step, l.Text("switch"))
			step++
		}
		for _, group := range g.Groups {
			for _, i := range group.Items {
				mark := ""
				if i.Mark != "" {
					mark = " (" + i.Mark + ")"
				}
				fmt.Fprintf(b, "   * %s: %s: **%s**%s\n", group.Title, inMarkdown(strings.Join(i.Path, " › ")), inMarkdown(i.Value), mark)
			}
		}
		if g.Install != "" {
			fmt.Fprintf(b, "%d. **%s.** %s\n", step, l.Text("install"), inMarkdown(g.Install))
			step++
		}
		if g.Check != "" {
			fmt.Fprintf(b, "%d. **%s.** %s\n", step, l.Text("check"), g.Check)
		}
		for _, text := range []string{g.Remove, g.Names} {
			if text != "" {
				fmt.Fprintf(b, "\n%s\n", inMarkdown(text))
			}
		}
	}
}

func markdownDelivery(b *strings.Builder, manual, mdm bool) {
	b.WriteString("\n## Delivery\n")
	if manual {
		b.WriteString("\nBy hand: from a web server that sends profiles as `application/x-apple-aspen-config`, or by AirDrop; `syncguard serve` shows such a page. A new version replaces the installed one only if the same identity signed it.\n")
	}
	if mdm {
		b.WriteString("\n| server | profiles | declarations | syncguard |\n|---|---|---|---|\n")
		for _, d := range app.Deliveries() {
			fmt.Fprintf(b, "| [%s](%s) | %s | %s | `%s` |\n", d.Server, d.Source, inMarkdown(d.Profiles), inMarkdown(d.Declarations), strings.Join(d.Commands, "`, `"))
		}
	}
	b.WriteString("\nWhat a profile set goes when it is removed. A time zone that was set on a Mac stays.\n")
}
