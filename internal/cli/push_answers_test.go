package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"syncguard/internal/deploy"
	"syncguard/internal/deploy/fleet"
)

// An answer of 200 that is not what was asked for is an error, and neither "the server has nothing" nor "it is created".
func TestWrongAnswers(t *testing.T) {
	for name, c := range convergences {
		for _, body := range []string{"", "null", "{}", "[]", `{"error": "try later"}`, "<html><body>Sign in</body></html>", `{"value": [null], "data": [null], "profiles": [null], "teams": [null]}`, "\x00\xff"} {
			t.Run(fmt.Sprintf("%s %.20q", name, body), func(t *testing.T) {
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) }))
				defer s.Close()
				client, err := deploy.NewClient(s.URL, deploy.Options{Tries: 1, Authorizer: c.options.Authorizer, Message: c.options.Message, Accepts: c.options.Accepts})
				if err != nil {
					t.Fatal(err)
				}
				d := c.session(client)
				if name == "fleet" {
					d = (&fleet.Server{Client: client, Team: "7"}).Session()
				}
				items, err := d.Prepare(pushedProfile(t, "a", "one", name == "kmfddm"))
				if err != nil {
					t.Fatal(err)
				}
				changes, err := d.Plan(t.Context(), items, true)
				isEmptyList := strings.Contains(body, "[null]")
				if err == nil && !isEmptyList {
					t.Errorf("the plan is to %s", changes[0].Action)
				}
				if name == "kmfddm" { // what it has stored it says by the status alone
					return
				}
				d.Push(t.Context(), []*deploy.Change{{Action: deploy.Create, Item: items[0]}}, func(r deploy.Result) {
					if r.Err == nil {
						t.Errorf("created with the ID %q", r.ID)
					}
				})
			})
		}
	}
}

// Two profiles are never written over each other in one place.
func TestTwoProfilesAreTwo(t *testing.T) {
	for name, c := range convergences {
		if name == "kmfddm" { // the same Identifier in two files is refused before
			continue
		}
		t.Run(name, func(t *testing.T) {
			h := c.server()
			if _, err := c.pushAll(t, h, []*deploy.Profile{pushedProfile(t, "a", "one", false)}); err != nil {
				t.Fatal(err)
			}
			before := c.state(h)
			one, two := pushedProfile(t, "a", "two", false), pushedProfile(t, "a", "three", false)
			two.Name = "other.mobileconfig"
			var items []*deploy.Item
			s := httptest.NewServer(h)
			defer s.Close()
			o := c.options
			o.Tries = 1
			client, err := deploy.NewClient(s.URL, o)
			if err != nil {
				t.Fatal(err)
			}
			d := c.session(client)
			for _, p := range []*deploy.Profile{one, two} {
				prepared, err := d.Prepare(p)
				if err != nil {
					t.Fatal(err)
				}
				items = append(items, prepared...)
			}
			if d.CheckSet != nil {
				err = d.CheckSet(items)
			}
			if err == nil {
				_, err = d.Plan(t.Context(), items, true)
			}
			if err == nil || !strings.Contains(err.Error(), "other.mobileconfig") {
				t.Errorf("got %v", err)
			}
			if got := c.state(h); got != before {
				t.Errorf("the server has now\n%s", got)
			}
		})
	}
}

// The name that somebody gave a configuration on the server stays.
func TestPushLeavesNames(t *testing.T) {
	const name = "PROD Wi-Fi (ring 1)"
	for destination, rename := range map[string]func(http.Handler){
		"intune":         func(h http.Handler) { h.(*fakeIntune).all[0]["displayName"] = name },
		"apple-business": func(h http.Handler) { h.(*fakeAppleBusiness).all[0]["name"] = name },
	} {
		t.Run(destination, func(t *testing.T) {
			c := convergences[destination]
			h := c.server()
			if _, err := c.pushAll(t, h, []*deploy.Profile{pushedProfile(t, "a", "one", false)}); err != nil {
				t.Fatal(err)
			}
			rename(h)
			if got, err := c.pushAll(t, h, []*deploy.Profile{pushedProfile(t, "a", "two", false)}); err != nil || got != "update " {
				t.Fatal(got, err)
			}
			if state := c.state(h); !strings.Contains(state, name) {
				t.Errorf("the server has now\n%s", state)
			}
		})
	}
}
