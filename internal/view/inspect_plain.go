package view

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"

	"syncguard/internal/app"
	"syncguard/internal/text"
)

// InspectedText writes the content of files as YAML, XML or a template. Of what there is none, errs has the reason.
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
			errs.Failure(f.File + ": is not sound, and a template is made of all of a file or not at all")
			errs.Hint("syncguard validate says what is wrong")
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

// WriteYAML writes YAML. What a terminal or the log of a CI would obey is escaped as YAML has it: the values are the same to
// a program, and harmless to look at.
func WriteYAML(w io.Writer, text []byte) error {
	if isHarmful(string(text)) {
		var err error
		if text, err = harmlessYAML(text); err != nil {
			return err
		}
	}
	_, err := w.Write(text)
	return err
}

// isHarmful says whether text has anything in it that Clean would escape, on any line.
func isHarmful(s string) bool {
	return strings.ContainsFunc(s, shy) || lineCommand().MatchString(s) || logCommand().MatchString(s)
}

var lineCommand = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^([ \t-]*)::`) })

// harmlessYAML puts what is harmful into double quotes, where it can be escaped.
func harmlessYAML(text []byte) ([]byte, error) {
	var documents bytes.Buffer
	var root yaml.Node
	if err := yaml.Load(text, &root); err != nil {
		return nil, fmt.Errorf("making YAML harmless: %w", err)
	}
	quote(&root)
	out, err := yaml.Dump(&root, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1), yaml.WithQuotePreference(yaml.QuoteDouble))
	if err != nil {
		return nil, fmt.Errorf("making YAML harmless: %w", err)
	}
	for _, r := range string(logCommand().ReplaceAll(out, []byte(`#\x23$1`))) {
		switch {
		case !shy(r):
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
	if n.Kind == yaml.ScalarNode && isHarmful(n.Value) {
		n.Style = n.Style&yaml.TaggedStyle | yaml.DoubleQuotedStyle
	}
	for _, child := range n.Content {
		quote(child)
	}
}

// WriteXML writes a property list, with a comment in it unless that is empty. What a terminal or the log of a CI would obey
// is escaped as XML has it; the tabs of the layout are not.
func WriteXML(w io.Writer, text []byte, comment string) error {
	s := string(text)
	if isHarmful(strings.ReplaceAll(s, "\t", "")) {
		s = logCommand().ReplaceAllString(lineCommand().ReplaceAllString(s, "$1&#58;:"), "#&#35;$1")
		var b strings.Builder
		for _, r := range s {
			if r != '\t' && shy(r) {
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
