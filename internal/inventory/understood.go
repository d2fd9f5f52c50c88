package inventory

import (
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/fact"
	"syncguard/internal/text"
)

// Understood tells how a list was read, before anything is counted.
type Understood struct {
	Format    string    `json:"format"`              // `CSV` or `JSON`
	Encoding  string    `json:"encoding"`            // `UTF-8`, `UTF-16` or, for what is neither, `Windows-1252`
	Separator string    `json:"separator,omitempty"` // of CSV: `comma`, `semicolon`, `tab` or `vertical bar`
	Sources   []Origin  `json:"sources"`             // the APIs whose fields the list has; none for CSV with other headers
	Columns   []Column  `json:"columns"`             // the columns in use, or the fields of JSON
	Ignored   []string  `json:"ignored"`             // headers of the columns that are not used, at most 100
	Values    []Meaning `json:"values"`              // what each value stands for, in the order of their first appearance, at most 200
	Notes     []string  `json:"notes"`               // what else to know, a sentence each

	// Known after the last device:
	Assumed    int    `json:"assumed"`              // devices whose rows were completed by `--assume`
	Repeated   int    `json:"repeated"`             // rows whose serial number an earlier row has (of the first 1,048,576); they are counted
	Incomplete string `json:"incomplete,omitempty"` // that devices are missing from the list, if something says so

	values map[[2]string]bool
}

// Origin is an API whose fields a list has.
type Origin struct {
	fact.Statement
	ID    string `json:"id"`    // `fleet`, `jamf-computers`, `jamf-mobile`, `jamf-platform`, `graph`, `apple-business`
	Title string `json:"title"` // in words
}

// Column is a column of CSV, or a field of JSON, and what it is read as.
type Column struct {
	Field  Field  `json:"field"`           // `platform`, `version`, `enrollment`, `supervised`, `managed`, `shared-ipad`, `model`, `serial`, `name`, `groups`
	Header string `json:"header"`          // as written, or the path in JSON
	By     string `json:"by"`              // how it was recognized: `header`, `values`, `--column`, `project`, `field`
	Other  string `json:"other,omitempty"` // for `values`: what they look like
}

// Meaning is a value of the list, and what it is read as.
type Meaning struct {
	Field    Field         `json:"field"`
	Value    string        `json:"value"`              // as written, shortened
	Means    string        `json:"means"`              // in words
	Evidence fact.Evidence `json:"evidence,omitempty"` // `apple`, `vendor`, `community`, `unverified`; empty for plain words
	Source   string        `json:"source,omitempty"`   // of the evidence
	Because  string        `json:"because,omitempty"`  // what else there is to say
}

const maxValues, maxIgnored, maxNotes = 200, 100, 50

func (u *Understood) note(format string, args ...any) {
	if len(u.Notes) < maxNotes {
		u.Notes = append(u.Notes, fmt.Sprintf(format, args...))
	}
}

func (u *Understood) noteOnce(format string, args ...any) {
	if note := fmt.Sprintf(format, args...); !slices.Contains(u.Notes, note) {
		u.note("%s", note)
	}
}

// addSource adds an API and its fields, once.
func (u *Understood) addSource(s *source) {
	if slices.ContainsFunc(u.Sources, func(o Origin) bool { return o.ID == s.ID }) {
		return
	}
	u.Sources = append(u.Sources, Origin{s.Statement, s.ID, s.Title})
	if u.Format != "JSON" {
		return
	}
	for _, f := range s.fields {
		u.Columns = append(u.Columns, Column{Field: shown(f.field), Header: strings.Join(s.Fields[f.field], ", "), By: "field"})
	}
}

// shown returns the field that people know: the others are further words about the enrollment.
func shown(f Field) Field {
	if f == automated || f == channel {
		return Enrollment
	}
	return f
}

// value records what a value is read as, once. It reports whether there is room for more.
func (u *Understood) value(m Meaning) {
	m.Value = text.Shorten(m.Value)
	key := [2]string{string(m.Field), m.Value}
	if len(u.Values) >= maxValues || u.values[key] {
		return
	}
	if u.values == nil {
		u.values = map[[2]string]bool{}
	}
	u.values[key] = true
	u.Values = append(u.Values, m)
}

// finish makes the lists of JSON arrays, never null.
func (u *Understood) finish() {
	u.Sources, u.Columns, u.Ignored = append([]Origin{}, u.Sources...), append([]Column{}, u.Columns...), append([]string{}, u.Ignored...)
	u.Values, u.Notes = append([]Meaning{}, u.Values...), append([]string{}, u.Notes...)
}

// hasValue reports whether some row had a value of the field.
func (u *Understood) hasValue(f Field) bool {
	return slices.ContainsFunc(u.Values, func(m Meaning) bool { return m.Field == f && m.Value != "" && m.Because != concluded })
}

// Has reports whether a column holds the field.
func (u *Understood) Has(f Field) bool {
	return slices.ContainsFunc(u.Columns, func(c Column) bool { return c.Field == f })
}

// Lines returns what was understood in a few short lines.
func (u *Understood) Lines() []string {
	head := u.Format
	if u.Separator != "" && u.Separator != "comma" {
		head += ", separated by " + u.Separator + "s"
	}
	if u.Encoding != "UTF-8" && u.Encoding != "" {
		head += ", " + u.Encoding
	}
	var titles []string
	for _, s := range u.Sources {
		titles = append(titles, s.Title)
	}
	if len(titles) > 0 {
		head += ": " + strings.Join(titles, "; ")
	}
	lines := []string{head}
	if u.Format == "CSV" {
		lines = append(lines, strings.Join(u.columnTexts(), ", "))
		if n := len(u.Ignored); n > 0 {
			lines = append(lines, "not used: "+text.QuotedList(u.Ignored[:min(n, 6)], "and")+more(n-6))
		}
	}
	lines = append(lines, u.Notes...)
	if u.Repeated > 0 {
		lines = append(lines, fmt.Sprintf("rows with the serial number of an earlier one: %d; their devices are counted twice", u.Repeated))
	}
	if u.Incomplete != "" {
		lines = append(lines, u.Incomplete)
	}
	return lines
}

// columnTexts returns a clause for each column: version from "OS Version".
func (u *Understood) columnTexts() (all []string) {
	for _, c := range u.Columns {
		clause := string(c.Field) + " from " + text.Quote(c.Header)
		if c.By == "values" {
			clause += " by its values"
		}
		all = append(all, clause)
	}
	return all
}

func more(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}
