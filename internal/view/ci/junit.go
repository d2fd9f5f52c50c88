package ci

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"

	"syncguard/internal/app"
	"syncguard/internal/view/plain"
)

// junitSuite is a file in the XML read by CI servers, and a case is a finding: it fails if the finding fails the run, and passes
// with its text as output if not. A file without findings is one passing case. What --untrusted refused is a skipped case.
// The totals are those of each suite: the root comes before all of them, and servers add up the cases.
type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr,omitempty"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string      `xml:"name,attr"`
	Class   string      `xml:"classname,attr"`
	File    string      `xml:"file,attr"`
	Line    string      `xml:"line,attr,omitempty"`
	Failure *junitFault `xml:"failure"`
	Error   *junitFault `xml:"error"`
	Skipped *junitSkip  `xml:"skipped"`
	Output  string      `xml:"system-out,omitempty"`
}

type junitSkip struct {
	Message string `xml:"message,attr"`
}

type junitFault struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func writeJUnit(w io.Writer, r *Run) error {
	_, err := io.WriteString(w, xml.Header+"<testsuites name=\"syncguard lint\">\n")
	if err == nil {
		_, err = copyTo(w, plain.Rendered(r.Files, func(w io.Writer, f *app.LintedFile) error { return r.junitFile(f).write(w) }))
	}
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, u := range r.Footer.Unread {
		name, message := plain.Clean(r.Header.Path(u.Name)), plain.Clean(u.Message)
		suite := junitSuite{Name: name, Cases: []junitCase{{Name: "read", Class: name, File: name,
			Error: &junitFault{Message: message, Type: "unread", Text: message}}}}
		err = cmp.Or(err, suite.write(&b))
	}
	for i, n := range r.Footer.Refused {
		name := plain.Clean(r.Header.Path(n.Name))
		suite := junitSuite{Name: name, Cases: []junitCase{{Name: fmt.Sprintf("untrusted #%d", i+1), Class: name, File: name,
			Skipped: &junitSkip{"no effect (--untrusted): " + plain.Clean(n.Message)}}}}
		err = cmp.Or(err, suite.write(&b))
	}
	b.WriteString("</testsuites>\n")
	_, writeErr := w.Write(b.Bytes())
	return cmp.Or(err, writeErr)
}

func (r *Run) junitFile(f *app.LintedFile) *junitSuite {
	name := plain.Clean(r.Header.Path(f.Name))
	s := &junitSuite{Name: name}
	findings := r.findings(f)
	if len(findings) == 0 {
		s.Cases = []junitCase{{Name: "lint", Class: name, File: name}}
	}
	sameName := map[string]int{}
	for _, one := range findings {
		c := junitCase{Name: one.title(), Class: name, File: plain.Clean(one.at.file)}
		if sameName[c.Name]++; sameName[c.Name] > 1 {
			c.Name += fmt.Sprintf(" #%d", sameName[c.Name]) // a server tells cases apart by their names
		}
		if one.at.inFile() {
			c.Line = strconv.Itoa(one.at.start.Line)
		}
		text := fmt.Sprintf("%s: %s: %s", one.at, one.Severity, one.text())
		if r.Header.Fails(one.Diagnostic) {
			c.Failure = &junitFault{Message: plain.Clean(one.Message), Type: one.Severity.String(), Text: text}
		} else {
			c.Output = text
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}

// write counts the cases and writes the suite. The encoder replaces characters outside XML 1.0.
func (s *junitSuite) write(w io.Writer) error {
	for _, c := range s.Cases {
		s.Tests++
		if c.Failure != nil {
			s.Failures++
		}
		if c.Error != nil {
			s.Errors++
		}
		if c.Skipped != nil {
			s.Skipped++
		}
	}
	e := xml.NewEncoder(w)
	e.Indent("  ", "  ")
	err := e.Encode(s)
	if err == nil {
		_, err = io.WriteString(w, "\n")
	}
	return err
}
