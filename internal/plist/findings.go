package plist

import (
	"strconv"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// maxFindings bounds the memory that a hostile file can take with its violations.
const maxFindings = 200

// findings collects what Read reports.
type findings struct {
	file *diag.File // what spans point into
	list []diag.Diagnostic
	full bool // no more are taken, so reading should stop
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

// start adds an error that concerns the whole file.
func (f *findings) start(rule, message, help string) {
	f.add(diag.Diagnostic{Rule: rule, Severity: diag.Error, Message: message, Help: help, Span: f.span(0, 0)})
}

func (f *findings) notAPropertyList(kind, help string) {
	if kind == emptyInput {
		f.start(rule.EmptyFile, "the file is empty, want a property list", help)
		return
	}
	f.start(rule.NotAPropertyList, "the file is "+kind+", want an XML or binary property list", help)
}

func (f *findings) span(start, end int) diag.Span {
	return diag.Span{File: f.file, Start: start, End: end}
}

func quote(s string) string { return text.Quote(s) }
