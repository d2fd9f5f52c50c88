// Package kmfddm brings declarations to a KMFDDM server, which hands them to devices that a NanoMDM server manages. What is
// known of it is of its API (docs/openapi.yaml) and its source, v0.8.3, which wins where they differ: 204 is a change, and 304
// is none.
package kmfddm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
)

// user is the name that KMFDDM wants with its API key (operations guide, -api).
const apiUser = "kmfddm"

// Options are those of a client of the API.
func Options(key string) deploy.Options {
	return deploy.Options{Authorizer: deploy.Basic(apiUser, key), Message: responseMessage,
		Accepts: func(status int, _ []byte) bool { return status == http.StatusNotModified }}
}

// message finds the words of an error.
func responseMessage(body []byte) string {
	var e struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(body, &e)
	return e.Error
}

// Server stores declarations, and puts them into sets.
type Server struct {
	Client      *deploy.Client
	Sets        []string
	Enrollments []string // that are to get the sets
	NoNotify    bool     // devices are not told

	Wait time.Duration // for the devices to take the declarations, 0 for not at all
	Poll time.Duration // between two questions
}

// kept are the keys of the top level that the server stores, besides the ServerToken, which it makes: ddm/declaration.go.
var storedKeys = []string{"Identifier", "Type", "Payload"}

// Prepare takes a declaration as it is.
func (d *Server) Prepare(p *deploy.Profile) ([]*deploy.Item, error) {
	id := p.Text("Identifier")
	if err := CheckName(id); err != nil {
		return nil, fmt.Errorf("its Identifier: %w", err)
	}
	item := &deploy.Item{Profile: p, Name: id, Body: p.Content}
	var lost []string
	for _, f := range p.Root.Fields {
		if f.Key != serverToken && !slices.Contains(storedKeys, f.Key) {
			lost = append(lost, f.Key)
		}
	}
	if len(lost) > 0 {
		item.Losses = []string{"KMFDDM stores Identifier, Type and Payload of a declaration, and drops " + strings.Join(lost, ", ")}
	}
	return []*deploy.Item{item}, nil
}

// CheckName says what is wrong with a name that stands in a path.
func CheckName(name string) error {
	if name == "" || name == "." || name == ".." || slices.ContainsFunc([]rune(name), func(r rune) bool { return r <= ' ' || r == '/' || r == 0x7f }) {
		return fmt.Errorf("%q cannot stand in an address", name)
	}
	return nil
}

// Find asks for each declaration.
func (d *Server) Find(ctx context.Context, items []*deploy.Item) ([]*deploy.Remote, error) {
	remotes := make([]*deploy.Remote, len(items))
	for i, item := range items {
		response, err := d.Client.Do(ctx, &deploy.Request{Method: http.MethodGet, Path: "/v1/declarations/" + url.PathEscape(item.Name)})
		switch {
		case deploy.IsStatus(err, http.StatusNotFound):
		case err != nil:
			return nil, err
		default:
			remotes[i] = &deploy.Remote{ID: item.Name, Name: item.Name, Content: response.Body}
		}
	}
	return remotes, nil
}

// Compare looks at what the server stores. The ServerToken it makes itself: another one with each change.
func (d *Server) Compare(item *deploy.Item, remote *deploy.Remote) (current, wanted *plist.Value, err error) {
	doc, found := document.Open(diag.NewFile("the server's "+item.Name, remote.Content))
	if doc.Root == nil || doc.Kind() != document.Declaration || diag.HasErrors(found) {
		return nil, nil, errors.New("what the server gives is not that declaration; is the address that of KMFDDM?")
	}
	switch id := doc.Root.String("Identifier"); {
	case id == item.Name:
	case strings.EqualFold(id, item.Name): // the collation of MySQL
		return nil, nil, fmt.Errorf("the server has %s, which its database takes for the same; give the declaration an Identifier that differs in more than case", id)
	default:
		return nil, nil, errors.New("what the server gives is not that declaration; is the address that of KMFDDM?")
	}
	if wanted = asStored(item.Profile.Root, doc.Root.Get(serverToken)); plist.Equal(asStored(doc.Root, doc.Root.Get(serverToken)), wanted) {
		return wanted, wanted, nil
	}
	return doc.Root, asStored(item.Profile.Root, plist.NewString("(made by the server)")), nil
}

const serverToken = "ServerToken"

// stored is a declaration as the server stores it, with another token, or without one for nil.
func asStored(v, token *plist.Value) *plist.Value {
	c := *v
	c.Fields = slices.DeleteFunc(slices.Clone(v.Fields), func(f plist.Field) bool { return !slices.Contains(storedKeys, f.Key) })
	if token != nil {
		c.Set(serverToken, token)
	}
	return &c
}

// Request stores a declaration, new or not.
func (d *Server) Request(item *deploy.Item, _ *deploy.Remote) (*deploy.Request, error) {
	return &deploy.Request{Method: http.MethodPut, Path: "/v1/declarations", Query: d.query(),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: item.Body}, nil
}

func (d *Server) query() url.Values {
	if d.NoNotify {
		return url.Values{"nonotify": {"1"}}
	}
	return url.Values{}
}

// Outcome tells a change from none.
func (d *Server) Outcome(item *deploy.Item, remote *deploy.Remote, response *deploy.Response) (deploy.Outcome, error) {
	return deploy.Outcome{ID: item.Name, Kept: response.Status == http.StatusNotModified}, nil
}

// Last puts the declarations into the sets, and gives the sets to the enrollments.
func (d *Server) FinalRequests(items []*deploy.Item) []*deploy.Request {
	var requests []*deploy.Request
	put := func(path, key, value string) {
		query := d.query()
		query.Set(key, value)
		requests = append(requests, &deploy.Request{Method: http.MethodPut, Path: path, Query: query})
	}
	for _, set := range d.Sets {
		for _, item := range items {
			put("/v1/set-declarations/"+url.PathEscape(set), "declaration", item.Name)
		}
		for _, id := range d.Enrollments {
			put("/v1/enrollment-sets/"+url.PathEscape(id), "set", set)
		}
	}
	return requests
}
