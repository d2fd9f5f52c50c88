package app

import "iter"

// Stream is a result with many files. Files yields each one once, as soon as it is ready, so no output format holds them all. In
// JSON it is one object: the fields of Header, "files", and the fields of Footer.
type Stream[H, F, T any] struct {
	Header H
	Files  iter.Seq2[F, error] // range over it once; an error is its last element
	Footer T                   // complete after the end of Files
}
