package plain

import (
	"bytes"
	"io"
	"iter"
	"runtime"
	"sync"
)

// Rendered yields the text of each file of a run, in order, as render writes it. It renders the next files meanwhile: on several
// cores, and the first file at once. A text is valid until the next one.
func Rendered[F any](files iter.Seq2[F, error], render func(io.Writer, F) error) iter.Seq2[[]byte, error] {
	type text struct {
		*bytes.Buffer
		err error
	}
	spare := sync.Pool{New: func() any { return &bytes.Buffer{} }}
	yieldText := func(t text, yield func([]byte, error) bool) bool {
		more := yield(t.Bytes(), t.err) && t.err == nil
		t.Reset()
		spare.Put(t.Buffer)
		return more
	}
	return func(yield func([]byte, error) bool) {
		var waiting []chan text // in the order of the files
		ahead := 0
		for f, err := range files {
			next := make(chan text, 1)
			waiting = append(waiting, next)
			go func() {
				b, err := spare.Get().(*bytes.Buffer), err
				if err == nil {
					err = render(b, f)
				}
				next <- text{b, err}
			}()
			if len(waiting) <= ahead {
				continue
			}
			ahead = min(ahead+1, 2*runtime.GOMAXPROCS(0))
			t := <-waiting[0]
			if waiting = waiting[1:]; !yieldText(t, yield) {
				return
			}
		}
		for _, next := range waiting {
			if !yieldText(<-next, yield) {
				return
			}
		}
	}
}
