package nanomdm

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"syncguard/internal/deploy"
	"syncguard/internal/plist"
)

// The request types of Apple's commands.
const (
	installProfile = "InstallProfile"
	removeProfile  = "RemoveProfile"
	profileList    = "ProfileList"
)

// Request enqueues a command. Devices are notified once, after all commands.
func (d *Server) Request(item *deploy.Item, _ *deploy.Remote) (*deploy.Request, error) {
	id, body, err := d.command(item)
	if err != nil {
		return nil, fmt.Errorf("writing the command %s: %w", id, err)
	}
	return &deploy.Request{Method: http.MethodPut, Path: "/v1/enqueue/" + url.PathEscape(item.Enrollment), Query: url.Values{"nopush": {"1"}},
		Header: http.Header{"Content-Type": {"text/plain"}}, Body: body}, nil
}

// command returns an item's CommandUUID and command.
func (d *Server) command(item *deploy.Item) (id string, body []byte, err error) {
	command := plist.NewDictionary()
	switch item.Name {
	case installProfile:
		command.Set("Payload", plist.NewData(item.Body))
	case removeProfile:
		command.Set("Identifier", plist.NewString(string(item.Body)))
	}
	command.Set("RequestType", plist.NewString(item.Name))
	id = d.commandUUID(item)
	body, err = plist.Write(plist.NewDictionary(
		plist.Field{Key: "Command", Value: command},
		plist.Field{Key: "CommandUUID", Value: plist.NewString(id)}))
	return id, body, err
}

// uuidNamespace is the namespace of the version 5 UUIDs of commands.
var uuidNamespace = uuid.NewSHA1(uuid.NameSpaceDNS, []byte("command.syncguard"))

// commandUUID derives the UUID from enrollment, content and generation. A repeated command thus has the same UUID, and
// NanoMDM refuses it or overwrites the same command. A list of profiles gets a new UUID each time.
func (d *Server) commandUUID(item *deploy.Item) string {
	generation := d.Generation
	if item.Name == profileList {
		generation = d.Now.UTC().Format(time.RFC3339Nano)
	}
	name := fmt.Sprintf("%s\n%s\n%s\n%x", item.Enrollment, generation, item.Name, sha256.Sum256(item.Body))
	return strings.ToUpper(uuid.NewSHA1(uuidNamespace, []byte(name)).String())
}

// result is APIResult of the API.
type result struct {
	Status       map[string]status `json:"status"`
	PushError    string            `json:"push_error"`
	CommandError string            `json:"command_error"`
	CommandUUID  string            `json:"command_uuid"`
	NoPush       bool              `json:"no_push"`
}

// status is the result for one enrollment.
type status struct {
	PushError    string `json:"push_error"`
	PushResult   string `json:"push_result"`
	CommandError string `json:"command_error"`
}

// isResult reports whether a body is a result of the API, even with status 500, sent if all enrollments failed.
func isResult(_ int, body []byte) bool {
	r, err := readResult(body)
	return err == nil && (r.CommandUUID != "" || r.PushError != "" || r.CommandError != "" || len(r.Status) > 0)
}

func readResult(body []byte) (r result, err error) {
	if json.Unmarshal(body, &r) != nil {
		return result{}, errNoResult
	}
	return r, nil
}

// Outcome reads the result of a command.
func (d *Server) Outcome(item *deploy.Item, remote *deploy.Remote, response *deploy.Response) (deploy.Outcome, error) {
	r, err := readResult(response.Body)
	if err != nil {
		return deploy.Outcome{}, err
	}
	id := d.commandUUID(item)
	switch problem := cmp.Or(r.CommandError, r.Status[item.Enrollment].CommandError, r.Status[id].CommandError); {
	case isDuplicate(problem):
		return deploy.Outcome{ID: id, Kept: true, Note: "the server already had this command; if the profile was changed or removed since, send it again with --generation"}, nil
	case problem != "":
		return deploy.Outcome{ID: id}, fmt.Errorf("the server did not enqueue the command: %s", d.Client.Quote(problem))
	case !strings.EqualFold(r.CommandUUID, id):
		return deploy.Outcome{}, errNoResult
	}
	return deploy.Outcome{ID: id}, nil
}

// isDuplicate reports whether an error means a known CommandUUID, in the words of the storages inmem and filekv, MySQL (error
// 1062) and PostgreSQL. The storage file overwrites the command without an error.
func isDuplicate(problem string) bool {
	return slices.ContainsFunc([]string{"command already exists", "Error 1062", "commands_pkey"}, func(words string) bool {
		return strings.Contains(problem, words)
	})
}

// perPush is how many enrollments one request names, to keep its path short enough for proxies.
const perPush = 50

// FinalRequests notifies the devices, each once.
func (d *Server) FinalRequests(items []*deploy.Item) []*deploy.Request {
	if d.NoPush {
		return nil
	}
	var ids []string
	seen := map[string]bool{}
	for _, item := range items {
		if !seen[item.Enrollment] {
			seen[item.Enrollment] = true
			ids = append(ids, url.PathEscape(item.Enrollment))
		}
	}
	var requests []*deploy.Request
	for some := range slices.Chunk(ids, perPush) {
		requests = append(requests, &deploy.Request{Method: http.MethodGet, Path: "/v1/push/" + strings.Join(some, ",")})
	}
	return requests
}

// FinalFailures returns the errors of devices not notified.
func (d *Server) FinalFailures(response *deploy.Response) (map[string]string, error) {
	r, err := readResult(response.Body)
	if err != nil {
		return nil, err
	}
	failed := map[string]string{}
	for id, s := range r.Status {
		if s.PushError != "" {
			failed[id] = s.PushError
		}
	}
	if r.PushError != "" {
		return failed, fmt.Errorf("notifying the devices (they get the commands when they next connect): %s", d.Client.Quote(r.PushError))
	}
	return failed, nil
}
