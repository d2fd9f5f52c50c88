package deploy

import (
	"context"
	"io/fs"

	"syncguard/internal/plist"
)

// Session is a destination opened for one run. Only Find, ReadBack, Follow and Inventory contact the server; Request only makes the
// requests and Push sends them, so a dry run shows exactly these. Functions needed by few destinations may be nil.
type Session struct {
	Client *Client // nil if files are written

	// Order sorts profiles referring to each other. Nil keeps the given order.
	Order func(a, b *Profile) int
	// Prepare turns a profile into items, usually one. The error is a refusal: the problem, and how to solve it.
	Prepare func(p *Profile) ([]*Item, error)
	// CheckSet refuses items the server would mistake for one another.
	CheckSet func(items []*Item) error

	// Find returns the server's copy of each item, nil for none.
	Find func(ctx context.Context, items []*Item) ([]*Remote, error)
	// Compare returns the server's content and the content after a push, both without the server's own changes. A nil current
	// value means unknown: the server does not return it.
	Compare func(item *Item, remote *Remote) (current, wanted *plist.Value, err error)
	// Request makes the request creating the item, or updating remote if not nil. Prepare has already refused
	// unsuitable items.
	Request func(item *Item, remote *Remote) (*Request, error)
	// Outcome reads the response to that request. A destination with Request needs it.
	Outcome func(item *Item, remote *Remote, response *Response) (Outcome, error)
	// ReadBack describes how the stored item differs from the one sent, "" if equal.
	ReadBack func(ctx context.Context, item *Item, id string) (note string, err error)

	// Commands are items without a file.
	Commands []*Item
	// FinalRequests makes the requests sent after all items, such as notifying devices.
	FinalRequests func(items []*Item) []*Request
	// FinalFailures reads the response to a final request: error by enrollment.
	FinalFailures func(response *Response) (failed map[string]string, err error)

	// Expect announces the items before they are sent, if their devices are followed.
	Expect func(items []*Item)
	// Follow reports the devices' reports on the items, until all have reported or time is up.
	Follow func(ctx context.Context, items []*Item, report func(Report)) error
	// PendingNote tells what happens to items without a report, a sentence.
	PendingNote string

	// Files makes the files for other tools to upload, each named after the stem of its item. The folder existing can hold
	// files already.
	Files func(existing fs.FS, items []*Item, stems []string) ([]*File, error)
	// Inventory emits the server's list of devices, page by page as the server sends it, in the form that package inventory reads.
	Inventory func(ctx context.Context, emit func(page []byte) error) error

	// ListedBy returns, for each file of a folder, the files there listing it for delivery.
	ListedBy func(existing fs.FS) map[string][]string
}

// Report is a device's report on an item.
type Report struct {
	Item     *Item       `json:"-"`
	Final    bool        `json:"-"`                  // the last one: the device has finished
	OK       bool        `json:"-"`                  // successful
	Status   string      `json:"status"`             // `Acknowledged`, `Error`, `CommandFormatError`, `NotNow`; for a declaration `Active`, `Inactive`, `Invalid`; empty without an answer
	Errors   []string    `json:"errors,omitempty"`   // the device's own words
	Profiles []Installed `json:"profiles,omitempty"` // installed profiles, if they were requested
}

// Installed is a profile on a device.
type Installed struct {
	Identifier  string `json:"identifier"`  // PayloadIdentifier
	UUID        string `json:"uuid"`        // PayloadUUID
	DisplayName string `json:"displayName"` // PayloadDisplayName
}

// File is a file for other tools to upload.
type File struct {
	Name      string   // in the folder, with slashes
	Data      []byte   // nil for an existing file left unchanged
	Item      *Item    // its item, nil for a file about several
	Request   *Request // the request with this body, nil for none
	IsSidecar bool     // it accompanies the profile and holds nothing of it
	Notes     []string // about existing files, a sentence each
}

// Bodies implements Session.Files: one file for each item, holding the body of the request to create it; ext ends the names.
func Bodies(request func(*Item, *Remote) (*Request, error), ext string) func(fs.FS, []*Item, []string) ([]*File, error) {
	return func(_ fs.FS, items []*Item, stems []string) ([]*File, error) {
		files := make([]*File, len(items))
		for i, item := range items {
			r, err := request(item, nil)
			if err != nil {
				return nil, err
			}
			files[i] = &File{Name: stems[i] + ext, Data: r.Body, Item: item, Request: r}
		}
		return files, nil
	}
}
