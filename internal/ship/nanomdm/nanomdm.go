// Package nanomdm brings profiles to devices by a NanoMDM server: as commands, which the server hands to a device byte for
// byte when it connects. What is known of the server is of its API, docs/openapi.yaml, and its source, v0.9.0.
package nanomdm

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"syncguard/internal/plist"
	"syncguard/internal/ship"
)

// User is the name that NanoMDM wants with its API key (operations guide, -api).
const User = "nanomdm"

// Options are those of a client of the API.
func Options(key string) ship.Options {
	return ship.Options{Authorizer: ship.Basic{User: User, Password: key}, Answers: isResult}
}

// Destination enqueues profiles for some enrollments.
type Destination struct {
	Enrollments []string // IDs as NanoMDM has them
	Generation  string   // another one makes another command of the same profile; "" at first
}

// Pack makes one parcel an enrollment of a profile, whose bytes stay as they are.
func (d *Destination) Pack(p *ship.Profile) ([]*ship.Parcel, error) {
	var parcels []*ship.Parcel
	for _, id := range d.Enrollments {
		parcels = append(parcels, &ship.Parcel{Profile: p, Name: p.Text("PayloadIdentifier"), For: id, Body: p.File, Sends: true})
	}
	return parcels, nil
}

// Find finds nothing: the API does not say what devices have.
func (d *Destination) Find(_ context.Context, parcels []*ship.Parcel) ([]*ship.Held, error) {
	return make([]*ship.Held, len(parcels)), nil
}

// Compare is never asked, since nothing is found.
func (d *Destination) Compare(*ship.Parcel, *ship.Held) (held, wanted *plist.Value, err error) {
	return nil, nil, nil
}

// Request enqueues the command InstallProfile.
func (d *Destination) Request(p *ship.Parcel, _ *ship.Held) (*ship.Request, error) {
	return enqueue(p.For, d.Generation, "InstallProfile", plist.Field{Key: "Payload", Value: plist.NewData(p.Body)})
}

// space is that of the version 5 UUIDs of commands.
var space = uuid.NewSHA1(uuid.NameSpaceDNS, []byte("command.syncguard"))

// enqueue makes the request for a command. Its CommandUUID is of the enrollment, the command and the generation, so that the
// same command is not enqueued twice: NanoMDM refuses a CommandUUID that it has, or writes over the same command.
func enqueue(enrollment, generation, requestType string, fields ...plist.Field) (*ship.Request, error) {
	command := plist.NewDictionary(fields...).Set("RequestType", plist.NewString(requestType))
	content, err := plist.Write(command)
	if err != nil {
		return nil, fmt.Errorf("writing the command: %w", err)
	}
	name := fmt.Sprintf("%s\n%s\n%x", enrollment, generation, sha256.Sum256(content))
	body, err := plist.Write(plist.NewDictionary(
		plist.Field{Key: "Command", Value: command},
		plist.Field{Key: "CommandUUID", Value: plist.NewString(strings.ToUpper(uuid.NewSHA1(space, []byte(name)).String()))}))
	if err != nil {
		return nil, fmt.Errorf("writing the command: %w", err)
	}
	return &ship.Request{Method: http.MethodPut, Path: "/v1/enqueue/" + url.PathEscape(enrollment), Query: url.Values{"nopush": {"1"}},
		Header: http.Header{"Content-Type": {"text/plain"}}, Body: body}, nil
}

// result is APIResult of the API.
type result struct {
	Status       map[string]status `json:"status"`
	PushError    string            `json:"push_error"`
	CommandError string            `json:"command_error"`
	CommandUUID  string            `json:"command_uuid"`
	NoPush       bool              `json:"no_push"`
}

type status struct {
	PushError    string `json:"push_error"`
	PushResult   string `json:"push_result"`
	CommandError string `json:"command_error"`
}

// isResult says whether a body is a result of the API. The status beside it is 500 when all failed, which says nothing more.
func isResult(_ int, body []byte) bool {
	var r result
	return json.Unmarshal(body, &r) == nil && (r.CommandUUID != "" || r.PushError != "" || r.CommandError != "" || len(r.Status) > 0)
}

// Outcome reads what came of a command.
func (d *Destination) Outcome(p *ship.Parcel, answer *ship.Response) (ship.Outcome, error) {
	var r result
	if err := json.Unmarshal(answer.Body, &r); err != nil {
		return ship.Outcome{}, errors.New("the answer is no result of NanoMDM's API; is this its address?")
	}
	problem := r.CommandError
	if problem == "" {
		problem = r.Status[p.For].CommandError
	}
	switch {
	case problem != "" && isRepeated(problem):
		return ship.Outcome{ID: r.CommandUUID, Kept: true, Note: "the same command is enqueued already, or was delivered"}, nil
	case problem != "":
		return ship.Outcome{ID: r.CommandUUID}, fmt.Errorf("the server could not enqueue it: %s", problem)
	case r.CommandUUID == "":
		return ship.Outcome{}, errors.New("the answer is no result of NanoMDM's API; is this its address?")
	}
	return ship.Outcome{ID: r.CommandUUID}, nil
}

// isRepeated says whether an error means that the CommandUUID is known: as the storages inmem and filekv say it, MySQL
// (error 1062), and PostgreSQL. The storage file writes over the command and says nothing.
func isRepeated(text string) bool {
	return strings.Contains(text, "command already exists") || strings.Contains(text, "Error 1062") || strings.Contains(text, "commands_pkey")
}

// CheckEnrollment says what is wrong with an enrollment ID: it stands in a path, where a comma parts several.
func CheckEnrollment(id string) error {
	bad := func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`,/\?#%`, r) }
	if id == "" || id == "." || id == ".." || len(id) > 255 || strings.ContainsFunc(id, bad) {
		return fmt.Errorf("%q is no enrollment ID", id)
	}
	return nil
}
