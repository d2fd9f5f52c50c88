package nanomdm

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

func profile(content string) *deploy.Profile {
	root := plist.NewDictionary(plist.Field{Key: "PayloadIdentifier", Value: plist.NewString("com.acme.a")},
		plist.Field{Key: "PayloadUUID", Value: plist.NewString("UUID-A")})
	return &deploy.Profile{Name: "a.mobileconfig", File: []byte(content), Root: root}
}

// One command is of one enrollment, request, content and generation: whatever of these differs, it is another one.
func TestCommandUUIDs(t *testing.T) {
	seen := map[string]string{}
	add := func(name string, d *Server, item *deploy.Item) {
		t.Helper()
		id := d.commandUUID(item)
		if before, ok := seen[id]; ok {
			t.Errorf("%s has the CommandUUID of %s", name, before)
		}
		seen[id] = name
		if d.commandUUID(item) != id {
			t.Errorf("%s has two", name)
		}
	}
	d := &Server{Enrollments: []string{"ONE", "TWO"}, Remove: []string{"com.acme.a"}, List: true, Now: time.Unix(1, 0)}
	for i, content := range []string{"a", "b", ""} {
		prepared, _ := d.Prepare(profile(content))
		for j, item := range prepared {
			add(fmt.Sprintf("install %d %d", i, j), d, item)
			add(fmt.Sprintf("install %d %d again", i, j), &Server{Generation: "2"}, item)
		}
	}
	for i, item := range d.Commands() {
		add(fmt.Sprintf("command %d", i), d, item)
	}
	for _, item := range d.Commands()[2:] {
		add("a later list for "+item.Enrollment, &Server{Now: time.Unix(2, 0)}, item)
	}
}

// The command holds the bytes of the file, whatever they are.
func TestInstallProfileHoldsTheFile(t *testing.T) {
	d := &Server{Enrollments: []string{"ONE:user@example.com"}}
	content := "\x30\x80\x00\xff<&>\r\n"
	prepared, err := d.Prepare(profile(content))
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Request(prepared[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	doc, found := plist.Read(diag.NewFile("command", r.Body))
	if len(found) > 0 || string(doc.Root.Lookup("Command", "Payload").Data) != content || doc.Root.Lookup("Command", "RequestType").Text != "InstallProfile" {
		t.Errorf("%v: %s", found, r.Body)
	}
	c, err := deploy.NewClient("https://mdm.example.com/base", deploy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.URL(r); got != "https://mdm.example.com/base/v1/enqueue/ONE:user@example.com?nopush=1" {
		t.Errorf("it goes to %s", got)
	}
}

// A device's UUID is that of the profile, in capitals or not.
func TestCompare(t *testing.T) {
	item := &deploy.Item{Profile: &deploy.Profile{Root: plist.NewDictionary().Set("PayloadUUID", plist.NewString("7f1d9b0a")).Set("PayloadIdentifier", plist.NewString("com.acme"))}}
	for uuid, same := range map[string]bool{"7f1d9b0a": true, "7F1D9B0A": true, "7f1d9b0b": false} {
		current, wanted, err := (&Server{}).Compare(item, &deploy.Remote{Fields: map[string]string{fieldUUID: uuid}})
		if err != nil || plist.Equal(current, wanted) != same {
			t.Errorf("%s: got %v and %v, %v", uuid, current, wanted, err)
		}
	}
}

func TestOutcome(t *testing.T) {
	d := &Server{Enrollments: []string{"ONE"}}
	prepared, _ := d.Prepare(profile("a"))
	id := d.commandUUID(prepared[0])
	for name, test := range map[string]struct {
		status int
		body   string
		kept   bool
		err    string // "" for none
	}{
		"enqueued":              {200, `{"no_push": true, "command_uuid": "` + id + `", "request_type": "InstallProfile"}`, false, ""},
		"inmem has it":          {500, `{"command_error": "command already exists: ` + id + `", "command_uuid": "` + id + `"}`, true, ""},
		"MySQL has it":          {500, `{"command_error": "Error 1062 (23000): Duplicate entry 'x' for key 'commands.PRIMARY'", "command_uuid": "` + id + `"}`, true, ""},
		"PostgreSQL has it":     {500, `{"command_error": "pq: duplicate key value violates unique constraint \"commands_pkey\"", "command_uuid": "` + id + `"}`, true, ""},
		"an unknown enrollment": {500, `{"command_error": "Error 1452: a foreign key constraint fails", "command_uuid": "` + id + `"}`, false, "a foreign key constraint fails"},
		"refused for one":       {500, `{"status": {"ONE": {"command_error": "no disk"}}, "command_uuid": "` + id + `"}`, false, "no disk"},
		"another command":       {200, `{"command_uuid": "other"}`, false, "not a result of NanoMDM's API"},
		"another server":        {200, `<html>`, false, "not a result of NanoMDM's API"},
		"nothing":               {200, ``, false, "not a result of NanoMDM's API"},
		"an array":              {200, `[]`, false, "not a result of NanoMDM's API"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.status != 200 && !isResult(test.status, []byte(test.body)) {
				t.Error("it is not taken for a result")
			}
			got, err := d.Outcome(prepared[0], nil, &deploy.Response{Status: test.status, Body: []byte(test.body)})
			if got.Kept != test.kept || (err == nil) != (test.err == "") || !strings.Contains(fmt.Sprint(err), test.err) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// Each device is notified once, and no request names too many.
func TestNotifications(t *testing.T) {
	d := &Server{}
	for i := range 2*perPush + 1 {
		d.Enrollments = append(d.Enrollments, fmt.Sprint("ID-", i))
	}
	one, _ := d.Prepare(profile("a"))
	two, _ := d.Prepare(profile("b"))
	requests := d.FinalRequests(append(one, two...))
	if len(requests) != 3 || strings.Count(requests[0].Path, ",") != perPush-1 || requests[2].Path != "/v1/push/ID-100" {
		t.Errorf("%d requests, the last %v", len(requests), requests[len(requests)-1])
	}
	failed, err := d.FinalFailures(&deploy.Response{Body: []byte(`{"status": {"A": {"push_error": "gone"}, "B": {"push_result": "1"}}}`)})
	if err != nil || len(failed) != 1 || failed["A"] != "gone" {
		t.Errorf("got %v, %v", failed, err)
	}
	if _, err := d.FinalFailures(&deploy.Response{Status: 500, Body: []byte(`{"push_error": "no certificate"}`)}); err == nil {
		t.Error("a push error of all is none")
	}
	d.NoPush = true
	if len(d.FinalRequests(one)) > 0 {
		t.Error("a device is notified all the same")
	}
}

func TestCheckEnrollments(t *testing.T) {
	for id, fine := range map[string]bool{
		"470E005B-17C1-4537-BBB3-0EBC340D432A":                     true,
		"470E005B-17C1-4537-BBB3-0EBC340D432A:F151140B-3988":       true,
		"68656c6c6f776f726c6468656c6c6f776f726c64:bob@example.com": true,
		"": false, ".": false, "..": false, "a/b": false, "a,b": false, "a?b": false, "a b": false, "a\n": false, "%2e": false,
		strings.Repeat("a", 256): false,
	} {
		if err := deploy.CheckEnrollments([]string{id}); (err == nil) != fine {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// webhookEvent is an event as NanoMDM sends it.
func webhookEvent(enrollment, command, status, more string) []byte {
	raw := `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>Status</key><string>` + status + `</string>` + more + `</dict></plist>`
	event, _ := json.Marshal(map[string]any{"topic": "mdm.Connect", "acknowledge_event": map[string]any{
		"ids": map[string]string{"id": enrollment, "type": "Device"}, "command_uuid": command, "status": status, "raw_payload": []byte(raw)}})
	return event
}

const errorChain = `<key>ErrorChain</key><array><dict><key>ErrorCode</key><integer>4001</integer><key>ErrorDomain</key><string>MCInstallationErrorDomain</string>
<key>LocalizedDescription</key><string>Das Profil …</string><key>USEnglishDescription</key><string>The profile is invalid.</string></dict></array>`

const listed = `<key>ProfileList</key><array><dict><key>PayloadIdentifier</key><string>com.acme.a</string><key>PayloadUUID</key><string>UUID-A</string>
<key>PayloadDisplayName</key><string>A</string><key>PayloadVersion</key><integer>1</integer></dict></array>`

// What devices say arrives, once each; what nobody waits for, or somebody makes up, does not.
func TestWebhook(t *testing.T) {
	d := &Server{Enrollments: []string{"ONE", "TWO"}, Webhook: &Webhook{Key: []byte("key")}, Wait: time.Minute}
	prepared, _ := d.Prepare(profile("a"))
	d.Expect(prepared)
	one, two := d.commandUUID(prepared[0]), d.commandUUID(prepared[1])
	post := func(body []byte, key string) int {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write(body)
		r.Header.Set("X-Hmac-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		w := httptest.NewRecorder()
		d.Webhook.ServeHTTP(w, r)
		return w.Code
	}
	for _, test := range []struct {
		body []byte
		key  string
		want int
	}{
		{webhookEvent("ONE", one, "Acknowledged", ""), "wrong", 403},
		{[]byte("{"), "key", 400},
		{webhookEvent("ONE", one, "Acknowledged", "<broken>"), "key", 400},
		{[]byte(`{"topic": "mdm.Authenticate", "checkin_event": {}}`), "key", 200},
		{webhookEvent("ONE", "", "Idle", ""), "key", 200},
		{webhookEvent("ONE", "of-somebody-else", "Acknowledged", ""), "key", 200},
		{webhookEvent("THREE", one, "Acknowledged", ""), "key", 200},
		{webhookEvent("ONE", one, "NotNow", ""), "key", 200},
		{webhookEvent("ONE", one, "Error", errorChain), "key", 200},
		{webhookEvent("ONE", one, "Acknowledged", ""), "key", 200}, // too late
		{webhookEvent("TWO", two, "Acknowledged", listed), "key", 200},
	} {
		if got := post(test.body, test.key); got != test.want {
			t.Errorf("%s: %d, want %d", test.body, got, test.want)
		}
	}
	var got []string
	err := d.Follow(t.Context(), prepared, func(a deploy.Report) {
		got = append(got, fmt.Sprint(a.Item.Enrollment, " ", a.Status, " ", a.Final, " ", a.OK, " ", a.Errors, " ", a.Profiles))
	})
	want := []string{"ONE NotNow false false [] []", "ONE Error true false [MCInstallationErrorDomain 4001: The profile is invalid.] []",
		"TWO Acknowledged true true [] [{com.acme.a UUID-A A}]"}
	if err != nil || strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %v:\n%s", err, strings.Join(got, "\n"))
	}
	if w := httptest.NewRecorder(); true {
		d.Webhook.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("a GET is answered %d", w.Code)
		}
	}
}

// Waiting ends with an interruption, and when the time is over.
func TestWaitingEnds(t *testing.T) {
	d := &Server{Enrollments: []string{"ONE"}, Webhook: &Webhook{}, Wait: time.Nanosecond}
	prepared, _ := d.Prepare(profile("a"))
	d.Expect(prepared)
	if err := d.Follow(t.Context(), prepared, nil); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.Wait = time.Hour
	if err := d.Follow(ctx, prepared, nil); err != context.Canceled {
		t.Error(err)
	}
}

func FuzzEventsAreBounded(f *testing.F) {
	f.Add(webhookEvent("ONE", "id", "Error", errorChain))
	f.Add(webhookEvent("ONE", "id", "Acknowledged", listed))
	f.Add([]byte(`{"acknowledge_event": {"command_uuid": "x", "raw_payload": "AAAA"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := readEvent(body)
		if err == nil && r != nil && (r.commandUUID == "" || len(r.errors)+len(r.profiles) > len(body)) {
			t.Errorf("%q gives %+v", body, r)
		}
	})
}
