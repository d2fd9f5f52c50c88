package view

import (
	"io"

	"syncguard/internal/app"
	"syncguard/internal/view/plain"
)

// ManyFindings is a number of findings: more of them are more than anybody reads one by one.
const ManyFindings = plain.ManyFindings

// Clean makes text from outside safe on a terminal and in the log of a CI: see plain.Clean.
func Clean(s string) string { return plain.Clean(s) }

// Unprintable reports whether Clean escapes a character.
func Unprintable(r rune) bool { return plain.Unprintable(r) }

// WriteJSON writes v as safe JSON: see plain.WriteJSON.
func WriteJSON(w io.Writer, v any) error { return plain.WriteJSON(w, v) }

// WriteStream writes a result of several files as one JSON object, each file as soon as it is ready.
func WriteStream[H, F, T any](w io.Writer, s *app.Stream[H, F, T]) error {
	return plain.WriteStream(w, s)
}

// DiffMarkdown writes the differences between profiles for a comment on a pull request.
func DiffMarkdown(w io.Writer, run *app.DiffRun) error { return plain.DiffMarkdown(w, run) }
