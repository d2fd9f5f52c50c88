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
const user = "kmfddm"

// Options are those of a client of the API.
func Options(key string) deploy.Options {
	return deploy.Options{Authorizer: deploy.Basic(user, key), Message: message,
		Answers: func(status int, _ []byte) bool { return status == http.StatusNotModified }}
}

// message finds the words of an error.
func message(body []byte) string {
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
var kept = []string{"Identifier", "Type", "Payload"}

// Prepare takes a declaration as it is.
func (d *Server) Prepare(p *deploy.Profile) ([]*deploy.Item, error) {
	id := p.Text("Identifier")
	if err := CheckName(id); err != nil {
		return nil, fmt.Errorf("its Identifier: %w", err)
	}
	item := &deploy.Item{Profile: p, Name: id, Body: p.Content}
	var lost []string
	for _, f := range p.Root.Fields {
		if f.Key != serverToken && !slices.Contains(kept, f.Key) {
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
	remote := make([]*deploy.Remote, len(items))
	for i, p := range items {
		answer, err := d.Client.Do(ctx, &deploy.Request{Method: http.MethodGet, Path: "/v1/declarations/" + url.PathEscape(p.Name)})
		switch {
		case deploy.IsStatus(err, http.StatusNotFound):
		case err != nil:
			return nil, err
		default:
			remote[i] = &deploy.Remote{ID: p.Name, Name: p.Name, Content: answer.Body}
		}
	}
	return remote, nil
}

// Compare looks at what the server stores. The ServerToken it makes itself: another one with each change.
func (d *Server) Compare(p *deploy.Item, h *deploy.Remote) (remote, wanted *plist.Value, err error) {
	doc, found := document.Open(diag.NewFile("the server's "+p.Name, h.Content))
	if doc.Root == nil || doc.Kind() != document.Declaration || diag.HasErrors(found) {
		return nil, nil, errors.New("what the server gives is not that declaration; is the address that of KMFDDM?")
	}
	switch id := doc.Root.String("Identifier"); {
	case id == p.Name:
	case strings.EqualFold(id, p.Name): // the collation of MySQL
		return nil, nil, fmt.Errorf("the server has %s, which its database takes for the same; give the declaration an Identifier that differs in more than case", id)
	default:
		return nil, nil, errors.New("what the server gives is not that declaration; is the address that of KMFDDM?")
	}
	if wanted = stored(p.Profile.Root, doc.Root.Get(serverToken)); plist.Equal(stored(doc.Root, doc.Root.Get(serverToken)), wanted) {
		return wanted, wanted, nil
	}
	return doc.Root, stored(p.Profile.Root, plist.NewString("(made by the server)")), nil
}

const serverToken = "ServerToken"

// stored is a declaration as the server stores it, with another token, or without one for nil.
func stored(v, token *plist.Value) *plist.Value {
	c := *v
	c.Fields = slices.DeleteFunc(slices.Clone(v.Fields), func(f plist.Field) bool { return !slices.Contains(kept, f.Key) })
	if token != nil {
		c.Set(serverToken, token)
	}
	return &c
}

// Request stores a declaration, new or not.
func (d *Server) Request(p *deploy.Item, _ *deploy.Remote) (*deploy.Request, error) {
	return &deploy.Request{Method: http.MethodPut, Path: "/v1/declarations", Query: d.query(),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: p.Body}, nil
}

func (d *Server) query() url.Values {
	if d.NoNotify {
		return url.Values{"nonotify": {"1"}}
	}
	return url.Values{}
}

// Outcome tells a change from none.
func (d *Server) Outcome(p *deploy.Item, h *deploy.Remote, answer *deploy.Response) (deploy.Outcome, error) {
	return deploy.Outcome{ID: p.Name, Kept: answer.Status == http.StatusNotModified}, nil
}

// Last puts the declarations into the sets, and gives the sets to the enrollments.
func (d *Server) Last(items []*deploy.Item) []*deploy.Request {
	var requests []*deploy.Request
	put := func(path, key, value string) {
		query := d.query()
		query.Set(key, value)
		requests = append(requests, &deploy.Request{Method: http.MethodPut, Path: path, Query: query})
	}
	for _, set := range d.Sets {
		for _, p := range items {
			put("/v1/set-declarations/"+url.PathEscape(set), "declaration", p.Name)
		}
		for _, id := range d.Enrollments {
			put("/v1/enrollment-sets/"+url.PathEscape(id), "set", set)
		}
	}
	return requests
}
