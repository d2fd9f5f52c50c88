package kmfddm

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"syncguard/internal/deploy"
	"syncguard/internal/diag"
	"syncguard/internal/document"
)

// speaksTo returns a client of a server that answers one after another, and the last one again and again.
func speaksTo(t *testing.T, answers ...string) *deploy.Client {
	t.Helper()
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		response := answers[min(n, len(answers)-1)]
		n++
		if response == "404" {
			w.WriteHeader(http.StatusNotFound)
			response = `{"error": "declaration not found"}`
		}
		fmt.Fprint(w, response)
	}))
	t.Cleanup(s.Close)
	o := Options("key")
	o.Tries = 1
	c, err := deploy.NewClient(s.URL, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func declaration(t *testing.T, text string) *deploy.Item {
	t.Helper()
	doc, _ := document.Open(diag.NewFile("a.json", []byte(text)))
	prepared, err := (&Server{}).Prepare(&deploy.Profile{Name: "a.json", Content: []byte(text), Root: doc.Root, Declaration: true})
	if err != nil {
		t.Fatal(err)
	}
	return prepared[0]
}

const passcode = `{"Type": "com.apple.configuration.passcode.settings", "Identifier": "com.acme.a", "Payload": {"MinimumLength": 8}}`

// What the server holds is the same but for the token that it makes, or it is not.
func TestPlan(t *testing.T) {
	for name, test := range map[string]struct {
		response string
		want     deploy.Action
		err      string
	}{
		"not there":       {"404", deploy.Create, ""},
		"the same":        {`{"ServerToken": "x", "Payload": {"MinimumLength": 8}, "Identifier": "com.acme.a", "Type": "com.apple.configuration.passcode.settings"}`, deploy.Keep, ""},
		"another value":   {`{"ServerToken": "x", "Payload": {"MinimumLength": 9}, "Identifier": "com.acme.a", "Type": "com.apple.configuration.passcode.settings"}`, deploy.Update, ""},
		"another type":    {`{"ServerToken": "x", "Payload": {"MinimumLength": true}, "Identifier": "com.acme.a", "Type": "com.apple.configuration.passcode.settings"}`, deploy.Update, ""},
		"only in case":    {`{"ServerToken": "x", "Payload": {"MinimumLength": 8}, "Identifier": "com.acme.A", "Type": "com.apple.configuration.passcode.settings"}`, "", "differing in more than case"},
		"another one":     {`{"ServerToken": "x", "Payload": {"MinimumLength": 8}, "Identifier": "com.acme.b", "Type": "com.apple.configuration.passcode.settings"}`, "", "not this declaration"},
		"no declaration":  {`<html>`, "", "not this declaration"},
		"nothing":         {``, "", "not this declaration"},
		"half of a one":   {`{"ServerToken": "x"`, "", "not this declaration"},
		"an array of one": {`[{}]`, "", "not this declaration"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &Server{Client: speaksTo(t, test.response)}
			changes, err := d.Session().Plan(t.Context(), []*deploy.Item{declaration(t, passcode)}, true)
			if !strings.Contains(fmt.Sprint(err), test.err) || (err == nil) != (test.err == "") || err == nil && changes[0].Action != test.want {
				t.Errorf("got %v, %v", changes, err)
			}
		})
	}
}

// Of the top level the server stores three keys and makes the token: other keys are said to be lost, and are no difference.
func TestOtherKeys(t *testing.T) {
	item := declaration(t, strings.Replace(passcode, "{", `{"Note": "mine", "ServerToken": "mine", `, 1))
	if len(item.Losses) != 1 || !strings.HasSuffix(item.Losses[0], "drops Note") {
		t.Errorf("said: %q", item.Losses)
	}
	d := &Server{Client: speaksTo(t, strings.Replace(passcode, "{", `{"ServerToken": "x", `, 1))}
	if changes, err := d.Session().Plan(t.Context(), []*deploy.Item{item}, true); err != nil || changes[0].Action != deploy.Keep {
		t.Errorf("got %v, %v", changes[0], err)
	}
}

// Waiting ends when every device has taken or refused the declaration; what is about an older one, or not told, does not count.
func TestFollow(t *testing.T) {
	one := func(valid string, active, current bool) string {
		return fmt.Sprintf(`[{"identifier": "other"}, {"identifier": "com.acme.a", "valid": %q, "active": %t, "current": %t,
			"reasons": [{"code": "Error.A", "description": "no"}, {"code": "Error.B"}]}]`, valid, active, current)
	}
	both := func(a, b string) string { return `{"ONE": ` + a + `, "TWO": ` + b + `}` }
	fine := one("valid", true, true)
	for name, test := range map[string]struct {
		answers []string
		want    string
	}{
		"both have it":         {[]string{both(fine, fine)}, "[Active true []]"},
		"one takes longer":     {[]string{`{}`, both(fine, `[]`), both(fine, one("valid", true, false)), both(fine, one("unknown", false, true)), both(fine, fine)}, "[Active true []]"},
		"one refuses it":       {[]string{both(fine, one("invalid", false, true))}, "[Invalid false [TWO: Error.A: no; Error.B]]"},
		"both refuse it":       {[]string{both(one("invalid", false, true), one("invalid", false, true))}, "[Invalid false [ONE: Error.A: no; Error.B TWO: Error.A: no; Error.B]]"},
		"nothing activates it": {[]string{both(fine, one("valid", false, true))}, "[Inactive false []]"},
		"nobody says anything": {[]string{``}, "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			wait := time.Hour
			if strings.HasPrefix(name, "no") {
				wait = time.Nanosecond
			}
			d := &Server{Client: speaksTo(t, test.answers...), Enrollments: []string{"ONE", "TWO"}, Wait: wait}
			var got []string
			err := d.Follow(t.Context(), []*deploy.Item{declaration(t, passcode)}, func(a deploy.Report) {
				got = append(got, fmt.Sprint(a.Status, " ", a.OK, " ", a.Errors))
			})
			if err != nil || fmt.Sprint(got) != test.want {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

func TestFollowEnds(t *testing.T) {
	d := &Server{Client: speaksTo(t, `{}`), Enrollments: []string{"ONE"}, Wait: time.Hour, Poll: time.Hour}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if err := d.Follow(ctx, []*deploy.Item{declaration(t, passcode)}, nil); err == nil {
		t.Error("an interruption is none")
	}
	d.Client = speaksTo(t, `[1]`)
	if err := d.Follow(t.Context(), []*deploy.Item{declaration(t, passcode)}, nil); err == nil || !strings.Contains(err.Error(), "not a status") {
		t.Errorf("got %v", err)
	}
}

// A name stands in a path.
func TestNames(t *testing.T) {
	for name, fine := range map[string]bool{"com.acme.a": true, "a b": false, "": false, "..": false, "a/b": false, "ü:@,?": true} {
		if err := CheckName(name); (err == nil) != fine {
			t.Errorf("%q: %v", name, err)
		}
	}
	d := &Server{Sets: []string{"ü?", "b"}, Enrollments: []string{"ONE"}, NoNotify: true}
	var got []string
	c := speaksTo(t, "")
	for _, r := range d.FinalRequests([]*deploy.Item{{Name: "a&b"}}) {
		got = append(got, strings.TrimPrefix(c.URL(r), c.Address()))
	}
	want := "[/v1/set-declarations/%C3%BC%3F?declaration=a%26b&nonotify=1 /v1/enrollment-sets/ONE?nonotify=1&set=%C3%BC%3F " +
		"/v1/set-declarations/b?declaration=a%26b&nonotify=1 /v1/enrollment-sets/ONE?nonotify=1&set=b]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v", got)
	}
}
