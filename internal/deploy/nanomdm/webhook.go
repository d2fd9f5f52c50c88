package nanomdm

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// The final statuses of a command, and NotNow, after which the device reports again.
const (
	acknowledged = "Acknowledged"
	notNow       = "NotNow"
)

// report is a device's report on a command.
type report struct {
	enrollment  string
	commandUUID string
	status      string // Acknowledged, Error, CommandFormatError or NotNow
	errors      []string
	profiles    []deploy.Installed // from ProfileList
}

// Webhook receives the reports passed on by NanoMDM (-webhook-url) and keeps the expected ones.
type Webhook struct {
	Key []byte // for the digest in X-Hmac-Signature (-webhook-hmac-key); nil for none

	mu       sync.Mutex
	expected map[string]*deploy.Item // by CommandUUID
	reports  chan *report
}

// maxEvent is the largest event read, in bytes: a list of profiles with their certificates can be long.
const maxEvent = 8 << 20

// expect registers commands to keep reports of. Call it before sending them, since a device can be quick.
func (w *Webhook) expect(d *Server, items []*deploy.Item) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.expected = map[string]*deploy.Item{}
	for _, item := range items {
		w.expected[d.commandUUID(item)] = item
	}
	w.reports = make(chan *report, 2*len(items)+16)
}

// ServeHTTP receives an event. It confirms every event, expected or not.
func (w *Webhook) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(out, r.Body, maxEvent))
	switch {
	case r.Method != http.MethodPost:
		http.Error(out, "want POST", http.StatusMethodNotAllowed)
		return
	case err != nil:
		http.Error(out, "unreadable event", http.StatusBadRequest)
		return
	case !w.isGenuine(body, r.Header.Get("X-Hmac-Signature")):
		http.Error(out, "invalid X-Hmac-Signature", http.StatusForbidden)
		return
	}
	received, err := readEvent(body)
	if err != nil {
		http.Error(out, err.Error(), http.StatusBadRequest)
		return
	}
	if received != nil {
		w.deliver(r.Context(), received)
	}
}

// deliver passes on an expected report, if it comes from the right enrollment.
func (w *Webhook) deliver(ctx context.Context, received *report) {
	w.mu.Lock()
	item := w.expected[received.commandUUID]
	reports := w.reports
	w.mu.Unlock()
	if item == nil || received.enrollment != "" && received.enrollment != item.Enrollment {
		return
	}
	select {
	case reports <- received:
	case <-ctx.Done():
	}
}

func (w *Webhook) isGenuine(body []byte, digest string) bool {
	if w.Key == nil {
		return true
	}
	got, err := base64.StdEncoding.DecodeString(digest)
	mac := hmac.New(sha256.New, w.Key)
	mac.Write(body)
	return err == nil && hmac.Equal(got, mac.Sum(nil))
}

// await reports each report until no item is open, or time is up.
func (w *Webhook) await(ctx context.Context, open map[*deploy.Item]bool, wait time.Duration, report func(deploy.Report)) error {
	over := time.NewTimer(wait)
	defer over.Stop()
	ended := map[*deploy.Item]bool{}
	for len(open) > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over.C:
			return nil
		case r := <-w.reports:
			item := w.expected[r.commandUUID]
			if ended[item] {
				continue
			}
			if ended[item] = r.status != notNow; ended[item] {
				delete(open, item)
			}
			report(deploy.Report{Item: item, Status: r.status, Final: ended[item], OK: r.status == acknowledged, Errors: r.errors, Profiles: r.profiles})
		}
	}
	return nil
}

// event is the part of NanoMDM's event holding a report (service/webhook/event.json).
type event struct {
	AcknowledgeEvent *struct {
		CommandUUID string `json:"command_uuid"`
		Status      string `json:"status"`
		UDID        string `json:"udid"`
		RawPayload  []byte `json:"raw_payload"`
		IDs         *struct {
			ID string `json:"id"`
		} `json:"ids"`
	} `json:"acknowledge_event"`
}

// readEvent returns the report of an event, or nil if it has none.
func readEvent(body []byte) (*report, error) {
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, errors.New("the event is not JSON of NanoMDM's webhook")
	}
	a := e.AcknowledgeEvent
	if a == nil || a.CommandUUID == "" {
		return nil, nil
	}
	r := &report{commandUUID: a.CommandUUID, status: a.Status}
	if a.IDs != nil {
		r.enrollment = a.IDs.ID
	}
	doc, found := plist.Read(diag.NewFile("report", a.RawPayload))
	if doc == nil || doc.Root == nil || diag.HasErrors(found) {
		return nil, errors.New("unreadable device report")
	}
	for _, item := range doc.Root.List("ErrorChain") {
		code := item.String("ErrorCode")
		if n := item.Get("ErrorCode"); n != nil && n.Kind == plist.Integer {
			code = n.Int.String()
		}
		r.errors = append(r.errors, fmt.Sprintf("%s %s: %s", item.String("ErrorDomain"), code,
			cmp.Or(item.String("USEnglishDescription"), item.String("LocalizedDescription"))))
	}
	for _, item := range doc.Root.List("ProfileList") {
		r.profiles = append(r.profiles, deploy.Installed{Identifier: item.String("PayloadIdentifier"), UUID: item.String("PayloadUUID"),
			DisplayName: item.String("PayloadDisplayName")})
	}
	return r, nil
}
