package app

import (
	"bytes"
	"slices"

	"syncguard/internal/diag"
	"syncguard/internal/fix"
)

// fixInput corrects one file in memory and returns its remaining findings. It writes nothing.
func (l *linting) fixInput(in input) checked {
	data, err := l.host.readInput(in)
	if err != nil {
		return checked{name: in.path, err: err}
	}
	fixed := fix.Result{Data: data}
	unsafe := l.o.UnsafeFixes || l.o.FixOnly != ""
	if l.hasFix(in.path, data) {
		alone := l.checker.alone(nil)
		check := func(f *diag.File) ([]diag.Diagnostic, error) {
			r := alone.checkFile(f)
			return l.withoutIgnored(&r, r.findings, false), r.err
		}
		if l.o.FixOnly != "" {
			check = l.onlyFix(in.path, check)
		}
		if fixed, err = fix.Run(in.path, data, check, unsafe); err != nil {
			return checked{name: in.path, err: err}
		}
		fixed.Left = nil // they take memory, and the next check makes those to list again
	}
	result := l.checker.checkFile(diag.NewFile(in.path, bytes.Clone(fixed.Data)))
	if len(fixed.Fixed) > 0 {
		result.in, result.fix = in, &fixed
	}
	return result
}

// onlyFix returns a check whose first findings have one correction, that of FixOnly, and the further ones have none.
func (l *linting) onlyFix(name string, check fix.Check) fix.Check {
	first := true
	return func(f *diag.File) ([]diag.Diagnostic, error) {
		found, err := check(f)
		found = diag.Sort(found)
		alike := map[string]int{}
		for i := range found {
			of := found[i]
			l.identify(&of, name, alike)
			if !first || of.Fingerprint != l.o.FixOnly {
				found[i].Fix = nil
			}
		}
		first = false
		return found, err
	}
}

// hasFix reports whether any finding about a file may be corrected. Unlike package fix, it needs no memory for all findings.
func (l *linting) hasFix(name string, data []byte) (has bool) {
	look := func(r *checked, found []diag.Diagnostic) []diag.Diagnostic {
		has = has || slices.ContainsFunc(l.withoutIgnored(r, found, false), func(d diag.Diagnostic) bool {
			return d.Fix != nil && (l.o.UnsafeFixes || l.o.FixOnly != "" || !d.Fix.Unsafe)
		})
		return found[:0]
	}
	r := l.checker.alone(look).checkFile(diag.NewFile(name, bytes.Clone(data)))
	look(&r, r.findings)
	return has || r.err != nil
}

// writeFixed writes a corrected file in place, unless corrections are only shown.
func (l *linting) writeFixed(r checked) error {
	if r.fix == nil {
		return nil
	}
	if l.o.Fix == FixShown {
		l.footer.Fixed += len(r.fix.Fixed)
		return nil
	}
	err := r.in.write(l.host, r.fix.Data)
	if err == nil {
		l.footer.Fixed += len(r.fix.Fixed)
	}
	return err
}
