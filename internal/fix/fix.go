// Package fix corrects text. It makes edits in the syntax of the file that a value stands in (XML, YAML or JSON), and applies
// those of findings so that every byte outside them stays as it is.
package fix

import (
	"bytes"
	"slices"

	"syncguard/internal/diag"
)

// New returns a fix that a person need not look at, or nil where there are no edits.
func New(title string, edits []diag.Edit) *diag.Fix {
	if len(edits) == 0 {
		return nil
	}
	slices.SortFunc(edits, compareEdits)
	return &diag.Fix{Title: title, Edits: edits}
}

// Unsafe marks a fix as one that a person should look at. It takes nil.
func Unsafe(f *diag.Fix) *diag.Fix {
	if f != nil {
		f.Unsafe = true
	}
	return f
}

// disjoint returns the fixes that can be applied together, the first in the order of the text counting before the next. Of
// two edits that only insert at one place, one waits.
func disjoint(fixes []*diag.Fix, fits func(diag.Edit) bool) []*diag.Fix {
	var chosen []*diag.Fix
	var taken []diag.Edit
	for _, f := range inOrder(fixes) {
		free := true
		for i, e := range f.Edits {
			free = free && e.Span.Start <= e.Span.End && fits(e) && !overlapsAny(e, taken) && !overlapsAny(e, f.Edits[:i])
		}
		if free {
			chosen = append(chosen, f)
			taken = append(taken, f.Edits...)
		}
	}
	return chosen
}

func overlapsAny(e diag.Edit, taken []diag.Edit) bool {
	for _, t := range taken {
		if e.Span.Start < t.Span.End && t.Span.Start < e.Span.End || e.Span.Start == t.Span.Start {
			return true
		}
	}
	return false
}

// splice puts the texts of edits, which do not overlap, into data.
func splice(data []byte, fixes []*diag.Fix) []byte {
	var out bytes.Buffer
	at := 0
	for _, e := range editsInOrder(fixes) {
		out.Write(data[at:e.Span.Start])
		out.WriteString(e.Text)
		at = e.Span.End
	}
	out.Write(data[at:])
	return out.Bytes()
}
