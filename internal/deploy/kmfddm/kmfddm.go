// Package kmfddm brings declarations to a KMFDDM server, which delivers them to devices managed by NanoMDM. Its facts come
// from the API description (docs/openapi.yaml) and the source, v0.8.3. The source wins if they differ: 204 means changed, 304
// unchanged.
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

// apiUser is the user name required with the API key (operations guide, -api).
const apiUser = "kmfddm"

// Options returns the client options of the API.
func Options(key string) deploy.Options {
	return deploy.Options{Authorizer: deploy.Basic(apiUser, key), Message: responseMessage,
		Accepts: func(status int, _ []byte) bool { return status == http.StatusNotModified }}
}

// responseMessage extracts the message of an error.
func responseMessage(body []byte) string {
	var e struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(body, &e)
	return e.Error
}

// Server stores declarations and adds them to sets.
type Server struct {
	Client      *deploy.Client
	Sets        []string
	Enrollments []string // to assign the sets to
	NoNotify    bool     // do not notify devices

	Wait time.Duration // for the devices to take the declarations, 0 for no waiting
	Poll time.Duration // interval between two status requests
}

// storedKeys are the top-level keys stored by the server; it makes the ServerToken itself (ddm/declaration.go).
var storedKeys = []string{"Identifier", "Type", "Payload"}

// Prepare takes a declaration unchanged.
func (d *Server) Prepare(p *deploy.Profile) ([]*deploy.Item, error) {
	id := p.Text("Identifier")
	if err := CheckName(id); err != nil {
		return nil, fmt.Errorf("checking Identifier: %w", err)
	}
	item := &deploy.Item{Profile: p, Name: id, Body: p.Content}
	var lost []string
	for _, f := range p.Root.Fields {
		if f.Key != serverToken && !slices.Contains(storedKeys, f.Key) {
			lost = append(lost, f.Key)
		}
	}
	if len(lost) > 0 {
		item.Losses = []string{"KMFDDM stores only Identifier, Type and Payload of a declaration, and drops " + strings.Join(lost, ", ")}
	}
	return []*deploy.Item{item}, nil
}

// CheckName returns an error for a name not allowed in a path.
func CheckName(name string) error {
	if name == "" || name == "." || name == ".." || slices.ContainsFunc([]rune(name), func(r rune) bool { return r <= ' ' || r == '/' || r == 0x7f }) {
		return fmt.Errorf("invalid name %q: want one without blanks and slashes", name)
	}
	return nil
}

// Find requests each declaration.
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

// Compare compares the stored keys. The server makes a new ServerToken for each change.
func (d *Server) Compare(item *deploy.Item, remote *deploy.Remote) (current, wanted *plist.Value, err error) {
	doc, found := document.Open(diag.NewFile("the server's "+item.Name, remote.Content))
	if doc.Root == nil || doc.Kind() != document.Declaration || diag.HasErrors(found) {
		return nil, nil, errors.New("unexpected response, not this declaration; check the server address")
	}
	switch id := doc.Root.String("Identifier"); {
	case id == item.Name:
	case strings.EqualFold(id, item.Name): // MySQL's collation ignores case
		return nil, nil, fmt.Errorf("the server's database takes %s for the same Identifier; give the declaration one differing in more than case", id)
	default:
		return nil, nil, errors.New("unexpected response, not this declaration; check the server address")
	}
	if wanted = asStored(item.Profile.Root, doc.Root.Get(serverToken)); plist.Equal(asStored(doc.Root, doc.Root.Get(serverToken)), wanted) {
		return wanted, wanted, nil
	}
	return doc.Root, asStored(item.Profile.Root, plist.NewString("(made by the server)")), nil
}

const serverToken = "ServerToken"

// asStored returns a declaration as stored by the server, with another token, or without one for nil.
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

// Outcome distinguishes changed from unchanged.
func (d *Server) Outcome(item *deploy.Item, remote *deploy.Remote, response *deploy.Response) (deploy.Outcome, error) {
	return deploy.Outcome{ID: item.Name, Kept: response.Status == http.StatusNotModified}, nil
}

// FinalRequests adds the declarations to the sets, and assigns the sets to the enrollments.
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
