package app

import "iter"

// Stream is a result of several files, each given out once when it is ready, so that no format has to hold them all. In JSON
// it is one object: the fields of Header, "files", and the fields of Footer.
type Stream[H, F, T any] struct {
	Header H
	Files  iter.Seq2[F, error] // an error ends it
	Footer T                   // complete when Files has come to its end
}
