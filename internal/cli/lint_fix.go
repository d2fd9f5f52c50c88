package cli

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"syncguard/internal/diag"
	"syncguard/internal/fix"
	"syncguard/internal/view"
)

// fixFlags say whether lint corrects what it finds.
type fixFlags struct {
	fix, diff, unsafe bool
}

func (f *fixFlags) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.fix, "fix", false, "correct what has one right correction, and change nothing else in the file")
	flags.BoolVar(&f.diff, "diff", false, "show what --fix would change, and write nothing")
	flags.BoolVar(&f.unsafe, "unsafe-fixes", false, "correct also what may change what the profile does; look at it with --diff first")
}

func (f *fixFlags) isOn() bool { return f.fix || f.diff }

// fixInput corrects one file, and says what is left in it. Nothing is written yet.
func (l *linting) fixInput(in input) checked {
	data, err := in.read(l.env)
	if err != nil {
		return checked{name: in.path, err: err}
	}
	check := func(f *diag.File) ([]diag.Diagnostic, error) {
		r := l.checker.checkFile(f)
		return slices.DeleteFunc(r.findings, func(d diag.Diagnostic) bool { return l.isMeant(&r, d) }), r.err
	}
	fixed, err := fix.Run(in.path, data, check, l.o.fix.unsafe)
	if err != nil {
		return checked{name: in.path, err: err}
	}
	result := l.checker.checkFile(diag.NewFile(in.path, bytes.Clone(fixed.Data)))
	if len(fixed.Fixed) > 0 {
		result.fix = &fixed
	}
	return result
}

// isMeant says whether a finding is ignored, so that what it is about stays as it is.
func (l *linting) isMeant(r *checked, d diag.Diagnostic) bool {
	for _, ignore := range slices.Concat(r.ignores, r.borrowed) {
		if ignore.Covers(d) {
			return true
		}
	}
	return slices.ContainsFunc(l.ignored, func(i *projectIgnore) bool { return i.covers(r.name, d) })
}

// writeFixed writes a corrected file in place of the old one.
func (l *linting) writeFixed(r checked) error {
	if r.fix == nil {
		return nil
	}
	if l.o.fix.diff {
		l.run.Fixed += len(r.fix.Fixed)
		return nil
	}
	err := writeInPlace(r.name, r.fix.Data, l.env)
	if err == nil {
		l.run.Fixed += len(r.fix.Fixed)
	}
	return err
}

// showDiffs writes what --fix would change.
func (l *linting) showDiffs() {
	out, files := l.env.out(), 0
	for _, r := range l.results {
		if r.fix != nil {
			out.Diff(r.name, r.fix.ShownBefore, r.fix.ShownAfter)
			files++
		}
	}
	if files > 0 {
		l.env.err().Hint(fmt.Sprintf("%s in %s; --fix writes them", view.Count(l.run.Fixed, "correction"), view.Count(files, "file")))
	}
}
