package fix

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"unicode/utf8"

	"syncguard/internal/diag"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
	"syncguard/internal/work"
)

// Check returns the findings about a text. Their spans point into the file given, or into a copy with the same name and the
// same bytes except for masked secrets.
type Check func(*diag.File) ([]diag.Diagnostic, error)

// Result is the result of Run.
type Result struct {
	Data  []byte            // the corrected text, or the data given without any correction
	Fixed []diag.Diagnostic // the findings corrected; their spans point into the text of that moment
	Left  []diag.Diagnostic // the findings about Data

	// The text before and after, for display: secrets masked by the check in either are masked in both.
	ShownBefore, ShownAfter []byte

	Unsafe    int // findings left with an unsafe fix, if unsafe fixes were not requested
	Elsewhere int // findings left with a fix in another text: signed content, another encoding, or the base of an overlay
}

const (
	maxPasses = 10  // rounds of corrections, since one can make another possible
	maxAlone  = 100 // fixes tried one by one
)

// Run applies safe fixes, and unsafe ones if unsafe is set, until none is left. It reverts a fix if the finding persists, or
// if a new finding appears elsewhere. check must not keep the file. It masks the secrets in its text if the result will be
// shown. Run does not modify data.
func Run(name string, data []byte, check Check, unsafe bool) (Result, error) {
	r := runner{name: name, data: data, check: check, unsafe: unsafe, copies: map[*diag.File]bool{}}
	found, now, err := r.checkCopy(data)
	if err != nil {
		return Result{Data: data}, err
	}
	r.before, r.after = now, now
	for passes, alone := 0, 0; passes < maxPasses && alone < maxAlone; {
		batch := r.chooseBatch(found)
		if len(batch) == 0 {
			break
		}
		if r.careful {
			batch = batch[:1]
			alone++
		} else {
			passes++
		}
		after, err := r.tryBatch(found, batch)
		if err != nil {
			return Result{Data: data}, err
		}
		if after != nil {
			found = *after
		}
	}
	return r.result(found), nil
}

type runner struct {
	name    string
	data    []byte
	check   Check
	unsafe  bool
	careful bool // a batch failed, so each fix is tried alone
	refused map[finding]bool
	fixed   []diag.Diagnostic

	before, after shown

	copies map[*diag.File]bool // whether a file is a masked copy of data; forgotten when data changes
}

// finding identifies a finding across versions of a text.
type finding struct{ rule, path string }

func identity(d diag.Diagnostic) finding { return finding{d.Rule, diag.Identity(d.Path.Steps())} }

// checkCopy checks a copy of data, since a check may mask the secrets in it.
func (r *runner) checkCopy(data []byte) ([]diag.Diagnostic, shown, error) {
	f := diag.NewFile(r.name, bytes.Clone(data))
	found, err := r.check(f)
	return diag.Sort(found), shown{data, maskedText(f, data, found)}, err
}

// maskedText returns the text with the secrets masked by a check: that of the file, or of a copy the findings point into.
func maskedText(f *diag.File, data []byte, found []diag.Diagnostic) []byte {
	if !bytes.Equal(f.Data, data) {
		return f.Data
	}
	for _, d := range found {
		if !d.Span.IsZero() && d.Span.File.Name == f.Name && isMaskedCopy(d.Span.File.Data, data) {
			return d.Span.File.Data
		}
	}
	return data
}

// chooseBatch returns findings with fixes to apply together, in the order of the text.
func (r *runner) chooseBatch(found []diag.Diagnostic) []diag.Diagnostic {
	var fixes []*diag.Fix
	of := map[*diag.Fix]diag.Diagnostic{}
	for _, d := range found {
		if d.Fix != nil && (r.unsafe || !d.Fix.Unsafe) && !r.refused[identity(d)] && r.isHere(d.Fix) {
			fixes = append(fixes, d.Fix)
			of[d.Fix] = d
		}
	}
	var batch []diag.Diagnostic
	for _, f := range disjoint(fixes, func(diag.Edit) bool { return true }) {
		batch = append(batch, of[f])
	}
	return batch
}

// isHere reports whether all edits of a fix are in the text being corrected.
func (r *runner) isHere(f *diag.Fix) bool {
	for _, e := range f.Edits {
		if e.Span.IsZero() || e.Span.File.Name != r.name || e.Span.Start < 0 || e.Span.End < e.Span.Start || e.Span.End > len(r.data) {
			return false
		}
		isCopy, known := r.copies[e.Span.File]
		if !known {
			isCopy = isMaskedCopy(e.Span.File.Data, r.data)
			r.copies[e.Span.File] = isCopy
		}
		if !isCopy {
			return false
		}
		if !bytes.Equal(e.Span.File.Data[e.Span.Start:e.Span.End], r.data[e.Span.Start:e.Span.End]) {
			return false // the edit would overwrite a secret
		}
	}
	return len(f.Edits) > 0
}

// isMaskedCopy reports whether masked equals data, apart from masked secrets.
func isMaskedCopy(masked, data []byte) bool {
	if len(masked) != len(data) {
		return false
	}
	work.Add(len(data))
	for i := 0; i < len(data); {
		_, size := utf8.DecodeRune(data[i:])
		part := masked[i : i+size]
		if !bytes.Equal(part, data[i:i+size]) {
			mask := bytes.Clone(data[i : i+size])
			if diag.Mask(mask); !bytes.Equal(part, mask) {
				return false
			}
		}
		i += size
	}
	return true
}

// tryBatch applies the fixes of a batch. It returns the new findings if they are better, and otherwise reverts and returns nil.
func (r *runner) tryBatch(before, batch []diag.Diagnostic) (*[]diag.Diagnostic, error) {
	fixes := make([]*diag.Fix, len(batch))
	for i, d := range batch {
		fixes[i] = d.Fix
	}
	next := splice(r.data, fixes)
	after, now, err := r.checkCopy(next)
	if err != nil {
		return nil, err
	}
	if isBetter(before, after, batch, correctedLines(next, fixes)) {
		r.data, r.after = next, now
		clear(r.copies)
		r.fixed = append(r.fixed, batch...)
		return &after, nil
	}
	if r.careful {
		if r.refused == nil {
			r.refused = map[finding]bool{}
		}
		r.refused[identity(batch[0])] = true
	}
	r.careful = true
	return nil, nil
}

// correctedLines returns the numbers of the lines an edit ended in, counted in the corrected text.
func correctedLines(text []byte, fixes []*diag.Fix) map[int]bool {
	f := diag.NewFile("", text)
	lines := map[int]bool{}
	moved := 0
	for _, e := range editsInOrder(fixes) {
		moved += len(e.Text) - (e.Span.End - e.Span.Start)
		lines[f.Position(e.Span.End+moved).Line] = true
	}
	return lines
}

// isBetter reports whether the findings of a batch are gone and no others came. Findings hidden by them before may appear:
// in the dictionary of a key now known, or anywhere once the text is readable. Findings about a template have other paths
// than those about its payloads, so there the line counts.
func isBetter(before, after, batch []diag.Diagnostic, lines map[int]bool) bool {
	left := map[finding]int{}
	for _, d := range before {
		left[identity(d)]++
	}
	fixed := map[finding]bool{}
	for _, d := range batch {
		left[identity(d)]--
		fixed[identity(d)] = true
	}
	isHidden := hiddenBy(batch)
	for _, d := range after {
		id := identity(d)
		if left[id]--; left[id] >= 0 {
			continue
		}
		beside := ofTemplate(d) && !d.Span.IsZero() && lines[d.Span.File.Position(d.Span.Start).Line]
		if fixed[id] || !beside && !isHidden(d) {
			return false
		}
	}
	return true
}

// hiddenBy returns a function that reports whether one of some findings can have hidden another.
func hiddenBy(all []diag.Diagnostic) func(diag.Diagnostic) bool {
	isUnreadable := func(d diag.Diagnostic) bool { // part of the text
		page, _ := rules.Find(d.Rule)
		return page.Has(rules.Structure) && page.ID != rule.MalformedUUID || page.Has(rules.Template)
	}
	if slices.ContainsFunc(all, isUnreadable) {
		return func(diag.Diagnostic) bool { return true }
	}
	around := map[string]bool{} // the paths of the dictionaries with the findings
	for _, d := range all {
		path := ""
		for prefix := range prefixes(d.Path[:max(len(d.Path)-1, 0)]) {
			path = prefix
		}
		around[path] = true
	}
	return func(d diag.Diagnostic) bool {
		for prefix := range prefixes(d.Path) {
			if around[prefix] {
				return true
			}
		}
		return false
	}
}

// prefixes yields texts that identify a path's beginnings, from the empty one to the path itself.
func prefixes(p diag.Path) iter.Seq[string] {
	return func(yield func(string) bool) {
		text := []byte{}
		for i := 0; yield(string(text)) && i < len(p); i++ {
			work.Add(1)
			text = fmt.Appendf(text, "%q %t %d %q,", p[i].Key, p[i].IsItem, p[i].Index, p[i].ID)
		}
	}
}

func ofTemplate(d diag.Diagnostic) bool {
	page, _ := rules.Find(d.Rule)
	return page.Has(rules.Template)
}

func (r *runner) result(found []diag.Diagnostic) Result {
	result := Result{Data: r.data, Fixed: r.fixed, Left: found}
	result.ShownBefore, result.ShownAfter = hideBoth(r.before, r.after)
	for _, d := range found {
		switch {
		case d.Fix == nil:
		case !r.isHere(d.Fix):
			result.Elsewhere++
		case d.Fix.Unsafe && !r.unsafe:
			result.Unsafe++
		}
	}
	return result
}
