package app

import (
	"bytes"

	"syncguard/internal/diag"
	"syncguard/internal/fix"
)

// fixInput corrects one file in memory and returns its remaining findings. It writes nothing.
func (l *linting) fixInput(in input) checked {
	data, err := l.host.readInput(in)
	if err != nil {
		return checked{name: in.path, err: err}
	}
	check := func(f *diag.File) ([]diag.Diagnostic, error) {
		r := l.checker.checkFile(f)
		return l.withoutIgnored(&r, r.findings, false), r.err
	}
	fixed, err := fix.Run(in.path, data, check, l.o.UnsafeFixes)
	if err != nil {
		return checked{name: in.path, err: err}
	}
	fixed.Left = nil // findings take memory, and the next check makes them again
	result := l.checker.checkFile(diag.NewFile(in.path, bytes.Clone(fixed.Data)))
	if len(fixed.Fixed) > 0 {
		result.in, result.fix = in, &fixed
	}
	return result
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
