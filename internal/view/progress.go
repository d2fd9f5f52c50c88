package view

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Progress shows the progress of long work on a terminal, in a line it clears again. Short work shows nothing, and neither
// does a nil Progress. It must stay in one goroutine.
type Progress struct {
	w     io.Writer
	now   func() time.Time
	verb  string
	total int
	width int // columns of the bar
	done  int
	start time.Time
	drawn time.Time // zero without a line on the screen
}

const (
	progressDelay    = time.Second
	progressInterval = 100 * time.Millisecond
	progressWidth    = 30
)

// NewProgress returns a Progress with none of total files done, on a terminal of some columns. A line that reaches the edge would
// not clear.
func NewProgress(w io.Writer, now func() time.Time, verb string, total, columns int) *Progress {
	counts := len(verb) + len(fmt.Sprintf("    %d of %d files ", total, total))
	return &Progress{w: w, now: now, verb: verb, total: total, width: max(0, min(progressWidth, columns-counts)), start: now()}
}

// Step counts one more file as done.
func (p *Progress) Step() {
	if p == nil {
		return
	}
	p.done++
	now := p.now()
	if now.Sub(p.start) < progressDelay || now.Sub(p.drawn) < progressInterval || p.done >= p.total {
		return
	}
	p.drawn = now
	full := p.width * p.done / p.total
	fmt.Fprintf(p.w, "\r\x1b[K%s  %s%s  %d of %d files", p.verb, strings.Repeat("━", full), strings.Repeat("╌", p.width-full), p.done, p.total)
}

// Clear removes the line, to make room for other output.
func (p *Progress) Clear() {
	if p != nil && !p.drawn.IsZero() {
		p.drawn = time.Time{}
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
