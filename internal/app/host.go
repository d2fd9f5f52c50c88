// Package app is all that syncguard can do, without a terminal: one file a use case, Options in and a Result out. A Result
// has JSON tags and is what --format json prints. Doors (the command line, the install page) ask it; it knows none of them.
package app

import (
	"context"
	"io"
	"net/http"
	"time"

	"syncguard/internal/files"
)

// Host is the world that a use case sees. Tests and a browser give their own.
type Host struct {
	Files   files.System
	Stdin   io.Reader                        // what the path - stands for
	Getenv  func(name string) (string, bool) // an environment variable
	Environ []string                         // NAME=value, for commands that are run
	Now     func() time.Time
	Ask     func(ctx context.Context, question string) ([]byte, error) // for a secret; nil where nobody can be asked
	HTTP    http.RoundTripper                                          // nil for the usual one
	Notify  func(Event)                                                // nil where nobody listens; called from one goroutine at a time
}

// EventKind says what an Event is about.
type EventKind int

// Kinds of events.
const (
	EventNote    EventKind = iota // good to know
	EventWarning                  // the work went on, but deserves a look
	EventHint                     // what to do
	EventStep                     // one more of Total files is done
)

// Event is what happens while a use case works.
type Event struct {
	Kind  EventKind
	Text  string // for people; empty for a step
	Hint  string // what to do about a warning; may be empty
	Verb  string // of a step: linting
	Total int    // of a step: files in all
}

func (h *Host) notify(e Event) {
	if h.Notify != nil {
		h.Notify(e)
	}
}

func (h *Host) note(text string)          { h.notify(Event{Kind: EventNote, Text: text}) }
func (h *Host) warn(text, hint string)    { h.notify(Event{Kind: EventWarning, Text: text, Hint: hint}) }
func (h *Host) hint(text string)          { h.notify(Event{Kind: EventHint, Text: text}) }
func (h *Host) step(verb string, all int) { h.notify(Event{Kind: EventStep, Verb: verb, Total: all}) }
