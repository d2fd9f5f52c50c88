package fix

import (
	"cmp"
	"slices"
	"strings"

	"syncguard/internal/diag"
)

// inOrder returns the fixes with edits, sorted by the start, end and text of these.
func inOrder(fixes []*diag.Fix) []*diag.Fix {
	fixes = slices.DeleteFunc(slices.Clone(fixes), func(f *diag.Fix) bool { return f == nil || len(f.Edits) == 0 })
	slices.SortStableFunc(fixes, func(a, b *diag.Fix) int {
		return slices.CompareFunc(a.Edits, b.Edits, compareEdits)
	})
	return fixes
}

func editsInOrder(fixes []*diag.Fix) []diag.Edit {
	var all []diag.Edit
	for _, f := range fixes {
		all = append(all, f.Edits...)
	}
	slices.SortFunc(all, compareEdits)
	return all
}

func compareEdits(a, b diag.Edit) int {
	return cmp.Or(cmp.Compare(a.Span.Start, b.Span.Start), cmp.Compare(a.Span.End, b.Span.End), strings.Compare(a.Text, b.Text))
}
