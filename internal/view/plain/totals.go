package plain

import (
	"fmt"
	"strings"

	"syncguard/internal/app"
	"syncguard/internal/diag"
	"syncguard/internal/text"
)

// ManyFindings is a number of findings: more of them are more than anybody reads one by one.
const ManyFindings = 50

// Totals returns the totals in one line: 2 findings in 1 of 12 files (1 error, 1 warning).
func Totals(t *app.Totals) string {
	all := t.AtLeast(diag.Note)
	if all == 0 {
		return text.Count(t.Checked, "file") + ", no findings"
	}
	files := text.Count(t.Checked, "file")
	if t.Checked > 1 {
		files = fmt.Sprintf("%d of %s", t.WithFindings, files)
	}
	return fmt.Sprintf("%s in %s (%s)", text.Count(all, "finding"), files, SeverityCounts(t.Errors, t.Warnings, t.Notes))
}

// SeverityCounts returns 3 errors, 1 warning.
func SeverityCounts(errors, warnings, notes int) string {
	var parts []string
	for _, x := range []struct {
		n    int
		noun string
	}{{errors, "error"}, {warnings, "warning"}, {notes, "note"}} {
		if x.n > 0 {
			parts = append(parts, text.Count(x.n, x.noun))
		}
	}
	return strings.Join(parts, ", ")
}
