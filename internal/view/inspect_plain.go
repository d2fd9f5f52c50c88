package view

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"

	"syncguard/internal/app"
	"syncguard/internal/text"
	"syncguard/internal/view/plain"
)

// InspectedText writes the content of files as YAML, XML or a template. For a file without text, errs gets the reason.
func InspectedText(w io.Writer, errs *Printer, run *app.InspectRun, before func()) error {
	between := ""
	for f, err := range run.Files {
		if err != nil {
			return err
		}
		before()
		note := ""
		if f.Masked > 0 {
			note = text.Count(f.Masked, "secret") + " masked as " + masked
		}
		switch {
		case f.Text == nil:
			errs.Failure(f.File + ": has errors, and only a file without errors becomes a template")
			errs.Hint("syncguard validate lists the errors")
		case run.Header.As == app.InspectXML:
			err = WriteXML(w, f.Text, note)
		default:
			if note != "" {
				note = "# " + note + "\n"
			}
			if _, err = io.WriteString(w, between+note); err == nil {
				err = WriteYAML(w, f.Text)
			}
			between = "---\n"
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// WriteYAML writes YAML. Whatever a terminal or the log of a CI would obey is written as a YAML escape: equal to a program,
// and safe to look at.
func WriteYAML(w io.Writer, text []byte) error {
	if needsEscape(string(text)) {
		var err error
		if text, err = escapeYAML(text); err != nil {
			return err
		}
	}
	_, err := w.Write(text)
	return err
}

// needsEscape reports whether Clean would change any line of a text.
func needsEscape(s string) bool {
	return strings.ContainsFunc(s, plain.IsUnsafe) || plain.RunnerLine().MatchString(s) || plain.MayCommand(s) && plain.RunnerCommand().MatchString(s)
}

// escapeYAML puts unsafe values into double quotes, and escapes them there.
func escapeYAML(text []byte) ([]byte, error) {
	var documents bytes.Buffer
	var root yaml.Node
	if err := yaml.Load(text, &root); err != nil {
		return nil, fmt.Errorf("escaping YAML: %w", err)
	}
	quote(&root)
	out, err := yaml.Dump(&root, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1), yaml.WithQuotePreference(yaml.QuoteDouble))
	if err != nil {
		return nil, fmt.Errorf("escaping YAML: %w", err)
	}
	for _, r := range plain.BreakCommands(string(out), func(r rune) string { return fmt.Sprintf(`\x%02X`, r) }) {
		switch {
		case !plain.IsUnsafe(r):
			documents.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&documents, `\U%08X`, r)
		default:
			fmt.Fprintf(&documents, `\u%04X`, r)
		}
	}
	return documents.Bytes(), nil
}

func quote(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && needsEscape(n.Value) {
		n.Style = n.Style&yaml.TaggedStyle | yaml.DoubleQuotedStyle
	}
	for _, child := range n.Content {
		quote(child)
	}
}

// WriteXML writes a property list, with a comment unless that is empty. Whatever a terminal or the log of a CI would obey is
// written as a character reference, except the tabs of the layout.
func WriteXML(w io.Writer, text []byte, comment string) error {
	s := string(text)
	if needsEscape(strings.ReplaceAll(s, "\t", "")) {
		reference := func(r rune) string { return fmt.Sprintf("&#%d;", r) }
		s = plain.BreakCommands(plain.BreakLines(s, reference), reference)
		var b strings.Builder
		for _, r := range s {
			if r != '\t' && plain.IsUnsafe(r) {
				fmt.Fprintf(&b, "&#%d;", r)
			} else {
				b.WriteRune(r)
			}
		}
		s = b.String()
	}
	if comment != "" {
		s = strings.Replace(s, "<plist ", "<!-- "+comment+" -->\n<plist ", 1)
	}
	_, err := io.WriteString(w, s)
	return err
}
