package template

import (
	"cmp"
	"fmt"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// maxFindings bounds the findings of one load, so a hostile file cannot bury the reader.
const maxFindings = 1000

// findings collects findings in the order of discovery.
type findings struct {
	list []diag.Diagnostic
}

// place is the place of a finding: a range of text, and a key path.
type place struct {
	span diag.Span
	path diag.Path
}

// add reports an Error, and returns it for more details, such as help and related places.
func (f *findings) add(rule string, at place, format string, args ...any) *diag.Diagnostic {
	return f.report(diag.Error, rule, at, fmt.Sprintf(format, args...))
}

// warn reports a Warning.
func (f *findings) warn(rule string, at place, format string, args ...any) *diag.Diagnostic {
	return f.report(diag.Warning, rule, at, fmt.Sprintf(format, args...))
}

// note reports a Note.
func (f *findings) note(rule string, at place, format string, args ...any) *diag.Diagnostic {
	return f.report(diag.Note, rule, at, fmt.Sprintf(format, args...))
}

func (f *findings) report(severity diag.Severity, id string, at place, message string) *diag.Diagnostic {
	if f.full() {
		return &diag.Diagnostic{}
	}
	if len(f.list) == maxFindings-1 {
		id, severity, message = rule.TooManyFindings, diag.Error, fmt.Sprintf("more than %d findings, and the rest is not shown", maxFindings-1)
	}
	f.list = append(f.list, diag.Diagnostic{
		Rule: id, Severity: severity, Message: message, Span: at.span, Path: at.path,
	})
	return &f.list[len(f.list)-1]
}

// full is true once the limit is reached.
func (f *findings) full() bool { return len(f.list) >= maxFindings }

// maxChoices bounds the names compared with a word. No person writes so many, and comparing them would take long.
const maxChoices = 500

// didYouMean returns the help for a misspelt word, or the fallback.
func didYouMean(word string, candidates []string, fallback string) string {
	if len(candidates) > maxChoices {
		return fallback
	}
	return cmp.Or(text.DidYouMean(word, candidates), fallback)
}
