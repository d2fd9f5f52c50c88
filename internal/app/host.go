// Package app holds the use cases of syncguard: build, lint, sign, push and the rest, one file each, named after the command.
//
// Each use case is a function taking Options and returning a Result. A Result has JSON tags: --format json prints it as it is,
// and docs/json.md is generated from the comments of its fields. A use case with many files returns a Stream instead: a header,
// a sequence of files, a footer.
//
// Start with Host, the only way to files, environment, clock and network, then Stream, then a small use case such as Verify.
// inputs.go finds the files named by arguments; each.go works on them in parallel.
//
// The package does not know its callers (the command line, the install page), has no terminal, and words nothing but errors,
// warnings and hints: package view makes text of Results.
package app

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"syncguard/internal/doctor"
	"syncguard/internal/files"
)

// Host is a use case's access to the outside world. Tests and a browser bring their own.
type Host struct {
	Files   files.System
	Stdin   io.Reader                        // content of the path -
	Getenv  func(name string) (string, bool) // looks up an environment variable
	Environ []string                         // NAME=value, for commands to run
	Now     func() time.Time
	Ask     func(ctx context.Context, question string) ([]byte, error) // asks a person for a secret; nil without a terminal
	HTTP    http.RoundTripper                                          // nil for the default
	Network *doctor.Network                                            // what Doctor checks; nil for this machine's
	Notify  func(Event)                                                // may be nil; called from one goroutine at a time

	// Revision returns a reader of files as of a git revision, by their paths relative to the current folder; nil without git.
	Revision func(ctx context.Context, name string) (func(path string) ([]byte, error), error)

	distrust *distrust // of a run with --untrusted, otherwise nil

	secretVariables sync.Map // names of the variables read as secrets
}

// withFiles returns a Host with other files.
func (h *Host) withFiles(sys files.System) *Host {
	return &Host{Files: sys, Stdin: h.Stdin, Getenv: h.Getenv, Environ: h.Environ, Now: h.Now, Ask: h.Ask, HTTP: h.HTTP, Network: h.Network, Notify: h.Notify,
		Revision: h.Revision, distrust: h.distrust}
}

// getSecret looks up a variable named by env:NAME, and keeps it from the commands to run.
func (h *Host) getSecret(name string) (string, bool) {
	h.secretVariables.Store(name, true)
	return h.Getenv(name)
}

// isSecretVariable is true for the variables of syncguard's own credentials, and for those read as secrets.
func (h *Host) isSecretVariable(name string) bool {
	_, read := h.secretVariables.Load(name)
	return read || strings.HasPrefix(strings.ToUpper(name), "SYNCGUARD_")
}

// EventKind is the kind of an Event.
type EventKind int

// Kinds of events.
const (
	EventNote    EventKind = iota // good to know
	EventWarning                  // the work goes on, but deserves a look
	EventHint                     // what to do next
	EventStep                     // one more of Total files is done
)

// Event is a message or a step of progress from a running use case.
type Event struct {
	Kind  EventKind
	Text  string // for people; empty for a step
	Hint  string // help for a warning; may be empty
	Verb  string // for a step: its verb, such as linting
	Total int    // for a step: files in all
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
