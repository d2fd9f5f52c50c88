package plist

import (
	"strconv"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// maxFindings bounds the memory taken by the findings of a hostile file.
const maxFindings = 200

// findings collects the findings of Read.
type findings struct {
	file *diag.File // the file of the spans
	list []diag.Diagnostic
	full bool // the limit is reached, so reading should stop

	budget *Budget // of a nested document; nil for a file
}

func (f *findings) add(d diag.Diagnostic) {
	if f.full {
		return
	}
	if len(f.list) == maxFindings {
		f.full = true
		d = diag.Diagnostic{
			Rule:     rule.TooManyFindings,
			Severity: diag.Error,
			Message:  "reading stopped after " + strconv.Itoa(maxFindings) + " findings",
			Help:     "correct these first",
			Span:     d.Span,
		}
	}
	d.Fix = f.fixOf(&d)
	f.list = append(f.list, d)
}

// addToFile adds an error about the whole file.
func (f *findings) addToFile(rule, message, help string) {
	f.add(diag.Diagnostic{Rule: rule, Severity: diag.Error, Message: message, Help: help, Span: f.span(0, 0)})
}

func (f *findings) notAPropertyList(kind, help string) {
	if kind == emptyInput {
		f.addToFile(rule.EmptyFile, "the file is empty, want a property list", help)
		return
	}
	want := "a profile"
	if kind == unknownText {
		want = "an XML or binary property list"
	}
	f.addToFile(rule.NotAPropertyList, "the file is "+kind+", want "+want, help)
}

func (f *findings) span(start, end int) diag.Span {
	return diag.Span{File: f.file, Start: start, End: end}
}

func quote(s string) string { return text.Quote(s) }
