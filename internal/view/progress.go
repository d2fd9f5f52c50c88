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
	done  int
	start time.Time
	drawn time.Time // zero without a line on the screen
}

const (
	progressDelay    = time.Second
	progressInterval = 100 * time.Millisecond
	progressWidth    = 30
)

// NewProgress returns a Progress with none of total files done.
func NewProgress(w io.Writer, now func() time.Time, verb string, total int) *Progress {
	return &Progress{w: w, now: now, verb: verb, total: total, start: now()}
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
	full := progressWidth * p.done / p.total
	fmt.Fprintf(p.w, "\r\x1b[K%s  %s%s  %d of %d files", p.verb, strings.Repeat("━", full), strings.Repeat("╌", progressWidth-full), p.done, p.total)
}

// Clear removes the line, to make room for other output.
func (p *Progress) Clear() {
	if p != nil && !p.drawn.IsZero() {
		p.drawn = time.Time{}
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
