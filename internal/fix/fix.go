// Package fix makes and applies corrections of text. [New] and the functions beside it make edits for a value in XML, YAML
// or JSON; [Run] applies the fixes of findings and checks the result. Every byte outside the edits stays as it is.
//
// Start with Run. The package does not decide on fixes: rules do (package lint, package template). It reads and writes no
// files.
package fix

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/work"
)

// New returns a safe fix, or nil without edits.
func New(title string, edits []diag.Edit) *diag.Fix {
	if len(edits) == 0 {
		return nil
	}
	slices.SortFunc(edits, compareEdits)
	return &diag.Fix{Title: title, Edits: edits}
}

// Unsafe marks a fix for review by a person, and returns it. f may be nil.
func Unsafe(f *diag.Fix) *diag.Fix {
	if f != nil {
		f.Unsafe = true
	}
	return f
}

// disjoint returns fixes without overlap, chosen in the order of the text, whose edits all pass fits. Two insertions at one
// place overlap.
func disjoint(fixes []*diag.Fix, fits func(diag.Edit) bool) []*diag.Fix {
	var chosen []*diag.Fix
	var taken []diag.Edit // by their start
	for _, f := range inOrder(fixes) {
		free := true
		var own []diag.Edit
		for _, e := range f.Edits {
			free = free && e.Span.Start <= e.Span.End && fits(e) && !overlapsAny(e, taken) && !overlapsAny(e, own)
			if free {
				own = slices.Insert(own, placeOf(e, own), e)
			}
		}
		if free {
			chosen = append(chosen, f)
			for _, e := range own { // most come behind all others
				taken = slices.Insert(taken, placeOf(e, taken), e)
			}
		}
	}
	return chosen
}

// placeOf returns the index of an edit in others, which are sorted by their start.
func placeOf(e diag.Edit, others []diag.Edit) int {
	i, _ := slices.BinarySearchFunc(others, e, func(a, b diag.Edit) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	return i
}

// overlapsAny reports whether an edit overlaps one of others, which do not overlap and are sorted by their start.
func overlapsAny(e diag.Edit, taken []diag.Edit) bool {
	i := placeOf(e, taken)
	work.Add(bits.Len(uint(len(taken))))
	for _, t := range taken[max(i-1, 0):min(i+1, len(taken))] {
		if e.Span.Start < t.Span.End && t.Span.Start < e.Span.End || e.Span.Start == t.Span.Start {
			return true
		}
	}
	return false
}

// splice applies the edits of fixes to data. The edits must not overlap.
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
