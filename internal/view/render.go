package view

import (
	"bytes"
	"io"
	"iter"
	"runtime"
)

// Rendered yields the text of each file of a run, in order, as render writes it. It renders the next files meanwhile: on several
// cores, and the first file at once.
func Rendered[F any](files iter.Seq2[F, error], render func(io.Writer, F) error) iter.Seq2[[]byte, error] {
	type text struct {
		data []byte
		err  error
	}
	return func(yield func([]byte, error) bool) {
		var waiting []chan text // in the order of the files
		ahead := 0
		for f, err := range files {
			next := make(chan text, 1)
			waiting = append(waiting, next)
			go func() {
				if err != nil {
					next <- text{nil, err}
					return
				}
				var b bytes.Buffer
				err := render(&b, f)
				next <- text{b.Bytes(), err}
			}()
			if len(waiting) <= ahead {
				continue
			}
			ahead = min(ahead+1, 2*runtime.GOMAXPROCS(0))
			t := <-waiting[0]
			if waiting = waiting[1:]; !yield(t.data, t.err) || t.err != nil {
				return
			}
		}
		for _, next := range waiting {
			if t := <-next; !yield(t.data, t.err) || t.err != nil {
				return
			}
		}
	}
}
