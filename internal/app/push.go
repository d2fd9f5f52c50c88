package app

import (
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"slices"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/diff"
)

// PushOptions are the files to push or export, and their destination.
type PushOptions struct {
	Destination string
	Paths       []string      // files and folders, - for stdin; none for the build of the project's template
	Others      bool          // take profiles in the folder of a build that the last build did not write
	Flags       deploy.Values // flags of the destination
	Server      string        // address; "" for the environment's, or for the only one there is
	Roots       []string      // files of certificates to trust instead of the system's
	UserAgent   string
	Check       bool // send nothing; compare with the server's content
	DryRun      bool // send nothing; show the requests

	Output string // folder of an export; "" to return the only file
	Force  bool   // replace existing files of an export

	OnEvent func(PushEvent) // called with the progress; may be nil
	Steps   bool            // notify the host, too, about each finished item
}

// PushEventKind is the kind of a PushEvent.
type PushEventKind int

// Kinds of events, in order.
const (
	PushChecked  PushEventKind = iota // findings in one file
	PushWarned                        // the files with errors follow
	PushPlanned                       // the planned changes, in Items
	PushDone                          // one of Items is finished
	PushNotified                      // the devices were notified; see Result
	PushWaiting                       // waiting for the devices begins
	PushAnswered                      // the device of an item answered, or time is up
	PushLost                          // waiting failed because of Err
)

// PushEvent is one step of a push.
type PushEvent struct {
	Kind     PushEventKind
	Findings PushFindings
	Items    []Pushed
	Result   *PushResult
	Err      error
}

// PushFindings are the findings in one file.
type PushFindings struct {
	File     string
	Signed   bool
	Findings []diag.Diagnostic
	More     int // further schema errors, not listed
}

// PushResult is the result of Push, also of a dry run or a check.
type PushResult struct {
	Destination string   `json:"destination"` // the subcommand
	Server      string   `json:"server"`      // its address
	DryRun      bool     `json:"dryRun"`      // nothing was sent
	Asked       bool     `json:"asked"`       // whether the server was asked for its profiles; without credentials a dry run does not ask
	Results     []Pushed `json:"results"`     // one for each file and, if named, each enrollment
	Failed      int      `json:"failed"`      // number of results with an error

	NotNotified map[string]string `json:"notNotified,omitempty"` // why a device was not notified, by enrollment
	NotifyError string            `json:"notifyError,omitempty"` // why no device was notified
	Unconfirmed int               `json:"unconfirmed,omitempty"` // number of results the device refused or did not answer
	Last        []PushRequest     `json:"last,omitempty"`        // with `--dry-run`: the requests after those of the results

	NotStarted `json:"-"`
}

// NotStarted says why nothing was sent or written. It is empty otherwise.
type NotStarted struct {
	Unread   []error // why files are unreadable, or of no use to the destination
	Refused  bool    // the files have errors, or the destination refuses them
	Refusals []error // why the destination refuses them
}

func (n *NotStarted) is() bool { return n.Refused || len(n.Unread) > 0 }

// Pushed is one profile or, with several enrollments, one profile for one of them.
type Pushed struct {
	File       string       `json:"file"`              // as given or found; `stdin` for `-`; `remove IDENTIFIER` and `list of profiles` for commands without a file
	Identifier string       `json:"identifier"`        // PayloadIdentifier, or Identifier of a declaration; empty for none
	For        string       `json:"for,omitempty"`     // the enrollment; absent if the server decides
	Action     string       `json:"action"`            // `created`, `updated`, `unchanged`, `sent`, `sent before` (a command sent earlier), `failed`, `no answer` (interrupted: the server may have the change), `not sent`; with `--dry-run` `create`, `update`, `keep`, `send`; with `--check` `same`, `different`, `missing`, `unknown`
	ID         string       `json:"id,omitempty"`      // the server's own; the CommandUUID for NanoMDM
	Notes      []string     `json:"notes"`             // changes made for this server, and why
	Error      string       `json:"error,omitempty"`   // includes the server's own words
	Request    *PushRequest `json:"request,omitempty"` // with `--dry-run`; secrets are masked

	Device     *deploy.Report   `json:"device,omitempty"`     // the device's answer, if waited for
	Difference *diff.Difference `json:"difference,omitempty"` // with `--check`, for `different`: like `files[]` of [diff](#diff), with the server as `old`
}

// Actions of a push. A dry run has the actions of package deploy.
const (
	PushCreated    = "created"
	PushUpdated    = "updated"
	PushUnchanged  = "unchanged"
	PushSent       = "sent"
	PushSentBefore = "sent before" // a command sent earlier; its result is unknown
	PushFailed     = "failed"
	PushUnanswered = "no answer" // interrupted: the server may have the change
	PushNotSent    = "not sent"
)

// Actions of a check: how the server's profile compares with the one to push.
const (
	PushSame      = "same"
	PushDifferent = "different"
	PushMissing   = "missing"
	PushUnknown   = "unknown" // the server does not show its content
)

// PushRequest is a request of a dry run, with secrets masked.
type PushRequest struct {
	Method string      `json:"method"`
	URL    string      `json:"url"`
	Header http.Header `json:"header"` // name to array of strings; secrets are masked
	Body   string      `json:"body"`   // secrets are masked
}

func (r *PushResult) add(p Pushed) {
	r.Results = append(r.Results, p)
	if p.Error != "" {
		r.Failed++
	}
}

// Differs reports whether a check found any difference.
func (r *PushResult) Differs() bool {
	return slices.ContainsFunc(r.Results, func(p Pushed) bool { return p.Action != PushSame })
}

// Push sends profiles to a server. With an error, too, the result says how far it came, unless it is nil.
func Push(ctx context.Context, h *Host, o PushOptions) (*PushResult, error) {
	p, err := h.startPush(ctx, &o, "sent", false)
	defer p.close()
	if err != nil {
		return nil, err
	}
	if p.result.is() {
		return p.result, nil
	}
	if !o.Check {
		p.items = append(p.items, p.session.Commands...)
	}
	changes, err := p.session.Plan(ctx, p.items, p.setup.HasCredentials())
	if err != nil {
		return nil, trustHint(p.setup.Redactor.HideError(err))
	}
	p.result = &PushResult{Destination: o.Destination, Server: p.session.Client.Address(), DryRun: o.DryRun, Asked: p.setup.HasCredentials(), Results: []Pushed{}}
	switch {
	case o.DryRun:
		err = p.show(changes)
	case o.Check:
		err = p.compare(changes)
	default:
		err = p.send(ctx, changes)
	}
	return p.result, err
}

const caHint = "if this is the right server, give the certificate of its authority with --ca"

// trustHint adds a hint to an error about an unknown certificate authority.
func trustHint(err error) error {
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return diag.WithHint(err, caHint)
	}
	return err
}
