package ci

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"

	"syncguard/internal/app"
	"syncguard/internal/view"
)

// junitSuites is the XML read by CI servers. A file is a suite and a finding a case: it fails if the finding fails the run,
// and passes with its text as output if not. A file without findings is one passing case. What --untrusted refused is a skipped
// case.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr,omitempty"` // here only: Jenkins' schema has no such attribute of testsuites
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

func writeJUnit(w io.Writer, r *Report) error {
	out := junitSuites{Name: "syncguard lint"}
	all := r.findings()
	for i := range r.Files {
		f := r.Files[i]
		out.add(r.junitFile(f, all[:len(f.Findings)]))
		all = all[len(f.Findings):]
	}
	for _, u := range r.Unread {
		name, message := view.Clean(r.Path(u.Name)), view.Clean(u.Message)
		out.add(junitSuite{Name: name, Cases: []junitCase{{Name: "read", Class: name, File: name,
			Error: &junitFault{Message: message, Type: "unread", Text: message}}}})
	}
	for i, n := range r.Refused {
		name := view.Clean(r.Path(n.Name))
		out.add(junitSuite{Name: name, Cases: []junitCase{{Name: fmt.Sprintf("untrusted #%d", i+1), Class: name, File: name,
			Skipped: &junitSkip{"no effect (--untrusted): " + view.Clean(n.Message)}}}})
	}
	// The encoder replaces characters outside XML 1.0.
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}

func (r *Report) junitFile(f *app.LintedFile, findings []finding) junitSuite {
	name := view.Clean(r.Path(f.Name))
	s := junitSuite{Name: name}
	if len(findings) == 0 {
		s.Cases = []junitCase{{Name: "lint", Class: name, File: name}}
	}
	sameName := map[string]int{}
	for _, one := range findings {
		c := junitCase{Name: one.title(), Class: name, File: view.Clean(one.at.file)}
		if sameName[c.Name]++; sameName[c.Name] > 1 {
			c.Name += fmt.Sprintf(" #%d", sameName[c.Name]) // a server tells cases apart by their names
		}
		if one.at.inFile() {
			c.Line = strconv.Itoa(one.at.start.Line)
		}
		text := fmt.Sprintf("%s: %s: %s", one.at, one.Severity, one.text())
		if r.Fails(one.Diagnostic) {
			c.Failure = &junitFault{Message: view.Clean(one.Message), Type: one.Severity.String(), Text: text}
		} else {
			c.Output = text
		}
		s.Cases = append(s.Cases, c)
	}
	return s
}

func (s *junitSuites) add(suite junitSuite) {
	for _, c := range suite.Cases {
		suite.Tests++
		if c.Failure != nil {
			suite.Failures++
		}
		if c.Error != nil {
			suite.Errors++
		}
		if c.Skipped != nil {
			suite.Skipped++
		}
	}
	s.Suites = append(s.Suites, suite)
	s.Tests += suite.Tests
	s.Failures += suite.Failures
	s.Errors += suite.Errors
}
