package fix

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"syncguard/internal/diag"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
)

// Check finds what is wrong with a text. Places in that text are places in the file given, or in one of the same name whose
// bytes are the same but for secrets that were masked.
type Check func(*diag.File) ([]diag.Diagnostic, error)

// Result is what Run did.
type Result struct {
	Data  []byte            // the corrected text; the one given where nothing was corrected
	Fixed []diag.Diagnostic // what was corrected; places are in the text as it was then
	Left  []diag.Diagnostic // what is found in Data

	// The text before and after, to be shown: what the check masked in either is masked in both.
	ShownBefore, ShownAfter []byte

	Unsafe    int // findings left that have a fix which a person should look at, and which was not asked for
	Elsewhere int // findings left whose fix is in another text: what is signed, in another encoding, or an overlay's base
}

const (
	maxPasses = 10  // corrections that make others possible
	maxAlone  = 100 // fixes that are tried one by one
)

// Run corrects a text until nothing more can be: safe fixes, and the others too where unsafe is set. What a check no longer
// finds is corrected; a fix after which it still does, or finds something elsewhere that it did not before, is taken back.
// check must not keep the file, and masks the secrets in its text if the result is to be shown. The data given is not changed.
func Run(name string, data []byte, check Check, unsafe bool) (Result, error) {
	r := runner{name: name, data: data, check: check, unsafe: unsafe}
	found, now, err := r.look(data)
	if err != nil {
		return Result{Data: data}, err
	}
	r.before, r.after = now, now
	for passes, alone := 0, 0; passes < maxPasses && alone < maxAlone; {
		batch := r.choose(found)
		if len(batch) == 0 {
			break
		}
		if r.careful {
			batch = batch[:1]
			alone++
		} else {
			passes++
		}
		after, err := r.try(found, batch)
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
	careful bool // a batch went wrong, so each fix is tried alone
	refused map[finding]bool
	fixed   []diag.Diagnostic

	before, after shown
}

// finding is what makes two findings of different texts the same.
type finding struct{ rule, path string }

func identity(d diag.Diagnostic) finding { return finding{d.Rule, diag.Identity(d.Path.Steps())} }

// look checks a copy, since a check may mask the secrets in what it reads.
func (r *runner) look(data []byte) ([]diag.Diagnostic, shown, error) {
	f := diag.NewFile(r.name, bytes.Clone(data))
	found, err := r.check(f)
	return diag.Sort(found), shown{data, maskedText(f, data, found)}, err
}

// maskedText is the text in which a check masked secrets: that of the file, or of a copy to which findings point.
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

// choose returns the findings whose fixes can be applied together, in the order of the text.
func (r *runner) choose(found []diag.Diagnostic) []diag.Diagnostic {
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

// isHere says whether all edits are in the text that is corrected.
func (r *runner) isHere(f *diag.Fix) bool {
	for i, e := range f.Edits {
		if e.Span.IsZero() || e.Span.File.Name != r.name || e.Span.Start < 0 || e.Span.End < e.Span.Start || e.Span.End > len(r.data) {
			return false
		}
		if (i == 0 || e.Span.File != f.Edits[0].Span.File) && !isMaskedCopy(e.Span.File.Data, r.data) {
			return false
		}
		if !bytes.Equal(e.Span.File.Data[e.Span.Start:e.Span.End], r.data[e.Span.Start:e.Span.End]) {
			return false // a secret stands there
		}
	}
	return len(f.Edits) > 0
}

// isMaskedCopy says whether a text is another one in which secrets may be masked.
func isMaskedCopy(masked, data []byte) bool {
	if len(masked) != len(data) {
		return false
	}
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

// try applies the fixes of a batch and keeps what comes of it if that is right; else it returns nil.
func (r *runner) try(before, batch []diag.Diagnostic) (*[]diag.Diagnostic, error) {
	fixes := make([]*diag.Fix, len(batch))
	for i, d := range batch {
		fixes[i] = d.Fix
	}
	next := splice(r.data, fixes)
	after, now, err := r.look(next)
	if err != nil {
		return nil, err
	}
	if isBetter(before, after, batch, correctedLines(next, fixes)) {
		r.data, r.after = next, now
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

// correctedLines returns the lines of a corrected text in which edits ended.
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

// isBetter says whether the findings of a batch are gone and nothing came instead. Only what they kept from being seen may
// come: in the dictionary of a key that now means something, or anywhere once the text can be read. What a template says of a
// payload has another path than what is found in the payload, so there the line counts.
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
	for _, d := range after {
		id := identity(d)
		if left[id]--; left[id] >= 0 {
			continue
		}
		hides := func(b diag.Diagnostic) bool { return mayHide(b, d) }
		beside := ofTemplate(d) && !d.Span.IsZero() && lines[d.Span.File.Position(d.Span.Start).Line]
		if fixed[id] || !beside && !slices.ContainsFunc(batch, hides) {
			return false
		}
	}
	return true
}

// mayHide says whether a finding can be the reason why another one was not seen.
func mayHide(hidden, d diag.Diagnostic) bool {
	page, _ := rules.Find(hidden.Rule)
	if page.Has(rules.Structure) && page.ID != rule.MalformedUUID || page.Has(rules.Template) { // so that less could be read
		return true
	}
	return d.Path.Has(hidden.Path[:max(len(hidden.Path)-1, 0)])
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
