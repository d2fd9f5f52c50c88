package plist

import (
	"fmt"

	"syncguard/internal/diag"
	"syncguard/internal/rules/rule"
	"syncguard/internal/work"
)

// Budget bounds what all documents nested in one file expand to, together: as much as one file. Without it, a small binary
// property list of many values could be held many times.
type Budget struct{ values, bytes int }

// NewBudget returns the budget of one file.
func NewBudget() *Budget { return &Budget{MaxNodes, MaxBytes} }

// IsSpent is true once a document was refused, or nothing is left.
func (b *Budget) IsSpent() bool { return b.values <= 0 || b.bytes <= 0 }

// spend takes a document's size from the budget. A nil Budget is unlimited.
func (b *Budget) spend(e expansion) bool {
	work.Add(e.nodes)
	if b == nil {
		return true
	}
	b.values -= e.nodes
	b.bytes -= e.bytes
	return b.values >= 0 && b.bytes >= 0
}

// Admits takes the bytes of a document from the budget. It is false, as for every later document, beyond the budget.
func (b *Budget) Admits(f *diag.File) bool {
	return !b.IsSpent() && b.spend(expansion{bytes: len(f.Data)})
}

// AdmitsValues takes the values of a document from the budget. It is false, as for every later document, beyond the budget.
func (b *Budget) AdmitsValues(root *Value) bool {
	size := expansion{}
	for range Walk(root) {
		size.nodes++
	}
	return b.spend(size)
}

// ReadNested is Read for a property list held by a value. It refuses one beyond the budget, and so every later one.
func ReadNested(f *diag.File, budget *Budget) (*Document, []diag.Diagnostic) {
	found := &findings{file: f, budget: budget}
	if !budget.Admits(f) {
		found.overBudget()
		return nil, found.list
	}
	doc := read(f, found, false)
	if doc != nil && doc.Format == XML && !budget.AdmitsValues(doc.Root) {
		doc.Root = nil
		found.overBudget()
	}
	return doc, diag.Sort(found.list)
}

func (f *findings) overBudget() {
	f.addToFile(rule.TooManyValues, fmt.Sprintf("nested documents together hold more than %d values or %d bytes", MaxNodes, MaxBytes), "")
}
