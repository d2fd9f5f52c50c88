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

// PushOptions name what is brought where.
type PushOptions struct {
	Destination string
	Paths       []string      // files and folders, - for stdin
	Flags       deploy.Values // of the destination
	Server      string        // its address; "" for that of the environment, or the only one
	Roots       []string      // files of certificates that are trusted in place of the system's
	UserAgent   string
	Check       bool // nothing is sent: what the server has is compared
	DryRun      bool // nothing is sent: the requests are shown

	Output string // folder, of an export; "" where the one file is wanted itself
	Force  bool   // files of an export that are there are replaced

	Tell  func(PushEvent) // how it goes on; nil where nobody listens
	Steps bool            // the host is told of each item that is done as well
}

// PushEventKind is what an event of a push is about.
type PushEventKind int

// The events of a push, in their order.
const (
	PushChecked  PushEventKind = iota // findings in one file
	PushPlanned                       // what will be done, as Items
	PushDone                          // one Item is
	PushNotified                      // the devices are, as Result says
	PushWaiting                       // for the devices
	PushAnswered                      // the device of an Item did, or it will not
	PushLost                          // what devices do is not known any more, because of Err
)

// PushEvent is how a push goes on.
type PushEvent struct {
	Kind     PushEventKind
	Findings PushFindings
	Items    []Pushed
	Result   *PushResult
	Err      error
}

// PushFindings are what was found in a file.
type PushFindings struct {
	File     string
	Signed   bool
	Findings []diag.Diagnostic
	More     int // that Apple's schemas do not allow
}

// PushResult is the result of a push, of its dry run or of its check.
type PushResult struct {
	Destination string   `json:"destination"` // the subcommand
	Server      string   `json:"server"`      // its address
	DryRun      bool     `json:"dryRun"`      // nothing was sent
	Asked       bool     `json:"asked"`       // whether the server was asked what it has; a dry run without credentials does not
	Results     []Pushed `json:"results"`     // one for each file, and each enrollment where those are named
	Failed      int      `json:"failed"`      // results with an error

	NotNotified map[string]string `json:"notNotified,omitempty"` // why a device was not notified, by enrollment
	NotifyError string            `json:"notifyError,omitempty"` // why none was
	Unconfirmed int               `json:"unconfirmed,omitempty"` // results that the device refused, or said nothing of
	Last        []PushRequest     `json:"last,omitempty"`        // with `--dry-run`: requests that follow the results

	NotBegun `json:"-"`
}

// NotBegun is why nothing was sent or written, if so.
type NotBegun struct {
	Unread   []error // files that could not be read, or are not of the kind that the destination takes
	Refused  bool    // an error was found in the files, or the destination does not take them
	Refusals []error // of the destination
}

func (n *NotBegun) is() bool { return n.Refused || len(n.Unread) > 0 }

// Pushed is one profile, for one enrollment where there are several.
type Pushed struct {
	File       string       `json:"file"`              // as it was given or found; `stdin` for `-`; `remove IDENTIFIER` and `list of profiles` for commands without a file
	Identifier string       `json:"identifier"`        // PayloadIdentifier, or Identifier of a declaration; empty for none
	For        string       `json:"for,omitempty"`     // the enrollment; absent where the server decides
	Action     string       `json:"action"`            // `created`, `updated`, `unchanged`, `sent`, `sent before` (a command that the server has had), `failed`, `not sent`; with `--dry-run` `create`, `update`, `keep`, `send`; with `--check` `same`, `different`, `missing`, `unknown`
	ID         string       `json:"id,omitempty"`      // the server's own; the CommandUUID for NanoMDM
	Notes      []string     `json:"notes"`             // what was changed for this server, and why
	Error      string       `json:"error,omitempty"`   // the server's own words are in it
	Request    *PushRequest `json:"request,omitempty"` // with `--dry-run`; secrets are masked

	Device     *deploy.Report   `json:"device,omitempty"`     // what the device said, where it was waited for
	Difference *diff.Difference `json:"difference,omitempty"` // with `--check`, for `different`: as `files[]` of [diff](#diff); `old` is the server
}

// What came of a profile that was pushed. A dry run has the actions of package deploy.
const (
	PushCreated    = "created"
	PushUpdated    = "updated"
	PushUnchanged  = "unchanged"
	PushSent       = "sent"
	PushSentBefore = "sent before" // a command that the server has had; what became of it is not known
	PushFailed     = "failed"
	PushNotSent    = "not sent"
)

// How what a server has compares with what would be pushed.
const (
	PushSame      = "same"
	PushDifferent = "different"
	PushMissing   = "missing"
	PushUnknown   = "unknown" // the server does not tell
)

// PushRequest is a request as it would be sent, with secrets masked.
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

// Differs reports whether the server has something else than a check would have it.
func (r *PushResult) Differs() bool {
	return slices.ContainsFunc(r.Results, func(p Pushed) bool { return p.Action != PushSame })
}

// Push brings profiles to a server. The result says what was done, with an error too, unless it is nil.
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

const caHint = "give the certificate of its authority with --ca, if the server is the right one"

// trustHint adds to an error of trust what to do.
func trustHint(err error) error {
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return diag.WithHint(err, caHint)
	}
	return err
}
