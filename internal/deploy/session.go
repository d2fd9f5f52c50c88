package deploy

import (
	"context"
	"io/fs"

	"syncguard/internal/plist"
)

// Session is a destination as one run has set it up. Only Find, ReadBack and Follow speak to the server: what changes it is made
// by Request and sent by Push, so that a dry run can show the very same requests. What only few destinations do may be nil.
type Session struct {
	Client *Client // nil where files are made

	// Order sorts the profiles, where one may refer to another. Nil: as they come.
	Order func(a, b *Profile) int
	// Prepare makes of a profile what the destination takes, mostly one item. The error is a refusal: what is wrong, and what
	// to do.
	Prepare func(p *Profile) ([]*Item, error)
	// Together refuses items of which the server would take several for one.
	CheckSet func(items []*Item) error

	// Find asks what the server has of each item: one result each, nil for nothing.
	Find func(ctx context.Context, items []*Item) ([]*Remote, error)
	// Compare returns what the server has and what it would have after a push, without what it rewrites by itself. A nil
	// has means that the server does not tell.
	Compare func(item *Item, r *Remote) (has, wanted *plist.Value, err error)
	// Request makes the one request that creates the item, or that updates what is there. What can be refused beforehand,
	// Prepare has refused.
	Request func(item *Item, r *Remote) (*Request, error)
	// Outcome reads the answer to that request.
	Outcome func(item *Item, r *Remote, response *Response) (Outcome, error)
	// ReadBack tells how what the server has stored of an item differs from what was sent, "" for not at all.
	ReadBack func(ctx context.Context, item *Item, id string) (note string, err error)

	// Commands are for the server and about no file.
	Commands []*Item
	// Last makes what is asked for when the items are there, such as to notify the devices.
	FinalRequests func(items []*Item) []*Request
	// Ended reads an answer to that: by enrollment, what went wrong.
	FinalFailures func(response *Response) (failed map[string]string, err error)

	// Expect is told of the items before they are sent, where their devices are followed.
	Expect func(items []*Item)
	// Follow tells what the devices say of the items, until all are answered or the time for it is over.
	Follow func(ctx context.Context, items []*Item, report func(Report)) error
	// Later is what becomes of items whose devices have not answered, a sentence.
	PendingNote string

	// Files makes what other tools carry to the server, each file named after the stem of its item, for a folder of which
	// something may be there already.
	Files func(existing fs.FS, items []*Item, stems []string) ([]*File, error)
	// Listed returns, by the names of the files in a folder, what delivers them.
	ListedBy func(existing fs.FS) map[string][]string
}

// Answer is what a device says of an item.
type Report struct {
	Item     *Item       `json:"-"`
	Final    bool        `json:"-"`                  // the device will say no more
	OK       bool        `json:"-"`                  // it did what was asked for
	Status   string      `json:"status"`             // `Acknowledged`, `Error`, `CommandFormatError`, `NotNow`, of a declaration `Active`, `Inactive`, `Invalid`; empty for no answer
	Errors   []string    `json:"errors,omitempty"`   // in its words
	Profiles []Installed `json:"profiles,omitempty"` // that it has, where that was asked for
}

// Installed is a profile that a device has.
type Installed struct {
	Identifier  string `json:"identifier"`  // PayloadIdentifier
	UUID        string `json:"uuid"`        // PayloadUUID
	DisplayName string `json:"displayName"` // PayloadDisplayName
}

// File is one that other tools carry.
type File struct {
	Name      string   // in the folder, with slashes
	Data      []byte   // nil for one that is there and stays as it is
	Item      *Item    // that it is of, nil for a file of several
	Request   *Request // that it is the body of, nil for none
	IsSidecar bool     // it stands beside the profile, and holds nothing of it
	Notes     []string // what is to be known of what is there, a sentence each
}

// Bodies makes a file of the body of each request that creates an item; ext ends their names.
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
