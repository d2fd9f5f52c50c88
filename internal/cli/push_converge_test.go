package cli_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"syncguard/internal/app"
	"syncguard/internal/deploy"
	"syncguard/internal/deploy/applebusiness"
	"syncguard/internal/deploy/fleet"
	"syncguard/internal/deploy/intune"
	"syncguard/internal/deploy/jamf"
	"syncguard/internal/deploy/kmfddm"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/plist"
)

// failing breaks off the n-th request, before or after the server has done what it asks for.
type failing struct {
	http.Handler
	at    int32
	after bool
	seen  atomic.Int32
}

func (f *failing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.seen.Add(1) != f.at {
		f.Handler.ServeHTTP(w, r)
		return
	}
	if f.after {
		f.Handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	panic(http.ErrAbortHandler)
}

// convergence is a destination, and what its server has in the end.
type convergence struct {
	server  func() http.Handler
	session func(c *deploy.Client) *deploy.Session
	options deploy.Options
	state   func(http.Handler) string
}

// convergences are the destinations whose servers keep what is pushed. Their laws hold for every one: TestPushConverges,
// TestWrongAnswers, TestTwoProfilesAreTwo.
var convergences = map[string]convergence{
	"fleet": {newFakeFleet, func(c *deploy.Client) *deploy.Session {
		return (&fleet.Server{Client: c, Team: "Workstations", Labels: map[string][]string{fleet.IncludeAny: {"A, B", "C"}}}).Session()
	}, fleet.Options("right-token"), func(h http.Handler) (out string) {
		for _, p := range h.(*fakeFleet).all {
			out += fmt.Sprintln(*p)
		}
		return out
	}},
	"intune": {func() http.Handler { return &fakeIntune{} }, func(c *deploy.Client) *deploy.Session {
		return (&intune.Server{Client: c, Platform: intune.MacOS}).Session()
	}, intune.Options(deploy.Bearer("right-token")), func(h http.Handler) string { return fmt.Sprint(h.(*fakeIntune).all) }},
	"apple-business": {newFakeAppleBusiness, func(c *deploy.Client) *deploy.Session {
		return (&applebusiness.Server{Client: c}).Session()
	}, applebusiness.Options(deploy.Bearer("right-token")), func(h http.Handler) string { return fmt.Sprint(h.(*fakeAppleBusiness).all) }},
	"kmfddm": {newFakeKMFDDM, func(c *deploy.Client) *deploy.Session {
		return (&kmfddm.Server{Client: c, Sets: []string{"default"}, Enrollments: []string{"E1", "E2"}}).Session()
	}, kmfddm.Options("right-key"), func(h http.Handler) string {
		f := h.(*fakeKMFDDM)
		return fmt.Sprint(f.declarations, f.links)
	}},
	"jamf": {newFakeJamf, func(c *deploy.Client) *deploy.Session {
		return (&jamf.Server{Client: c, Devices: jamf.Computers, Redeploy: "All"}).Session()
	}, jamf.Options(deploy.Bearer("token-0")), func(h http.Handler) (out string) {
		for path, all := range h.(*fakeJamf).all {
			for _, p := range all {
				out += fmt.Sprintln(path, p.General.ID, p.General.Name, *p.General.About, p.General.Level, p.General.Payloads)
			}
		}
		return out
	}},
}

func pushedProfile(t *testing.T, name, value string, declaration bool) *deploy.Profile {
	t.Helper()
	if declaration {
		content := fmt.Appendf(nil, `{"Type": "com.apple.configuration.passcode.settings", "Identifier": "%s", "Payload": {"text": %q}}`, name, value)
		doc, _ := document.Open(diag.NewFile(name, content))
		return &deploy.Profile{Name: name + ".json", Content: content, File: content, Root: doc.Root, Declaration: true}
	}
	root := plist.NewDictionary().Set("PayloadIdentifier", plist.NewString("com.acme."+name)).Set("PayloadDisplayName", plist.NewString(name+" & <co>")).
		Set("PayloadUUID", plist.NewString(name)).Set("PayloadType", plist.NewString("Configuration")).Set("PayloadScope", plist.NewString("System")).
		Set("PayloadContent", plist.NewArray(plist.NewDictionary().Set("PayloadType", plist.NewString("com.apple.dock")).Set("text", plist.NewString(value))))
	content, err := plist.Write(root)
	if err != nil {
		t.Fatal(err)
	}
	doc, _ := plist.Read(diag.NewFile(name, content))
	return &deploy.Profile{Name: name + ".mobileconfig", Content: content, File: content, Root: doc.Root}
}

// pushAll pushes profiles, and returns the first error of all.
func (c convergence) pushAll(t *testing.T, h http.Handler, profiles []*deploy.Profile) (actions string, err error) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.SetKeepAlivesEnabled(false) // else a GET that breaks off is sent again by net/http itself
	s.Start()
	defer s.Close()
	o := c.options
	o.Tries = 1
	client, err := deploy.NewClient(s.URL, o)
	if err != nil {
		t.Fatal(err)
	}
	d := c.session(client)
	var items []*deploy.Item
	for _, p := range profiles {
		prepared, err := d.Prepare(p)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, prepared...)
	}
	changes, err := d.Plan(context.Background(), items, true)
	if err != nil {
		return "", err
	}
	d.Push(context.Background(), changes, func(r deploy.Result) {
		actions += string(r.Action) + " "
		err = errors.Join(err, r.Err)
	})
	_, finishErr := d.Finish(context.Background(), items)
	err = errors.Join(err, finishErr)
	return actions, err
}

// TestEveryDestinationConverges proves that a new destination is put under these laws.
func TestEveryDestinationConverges(t *testing.T) {
	keepNothing := []string{"nanomdm"} // it sends commands
	for _, d := range app.Destinations() {
		if _, ok := convergences[d.Name]; d.Push != nil && !ok && !slices.Contains(keepNothing, d.Name) {
			t.Errorf("add %s and its contract server to convergences in push_converge_test.go", d.Name)
		}
	}
}

// A push that breaks off at any request, before or after the server did it, leaves nothing that running it again does not bring
// to the end of an unbroken one; and then there is nothing more to do.
func TestPushConverges(t *testing.T) {
	for name, c := range convergences {
		t.Run(name, func(t *testing.T) {
			profile := func(of, value string) *deploy.Profile { return pushedProfile(t, of, value, name == "kmfddm") }
			first := []*deploy.Profile{profile("a", "one"), profile("b", "one")}
			second := []*deploy.Profile{profile("a", "two  \n &<>\"'"), profile("b", "one"), profile("c", "")}
			// start pushes the first ones, unbroken.
			start := func() http.Handler {
				h := c.server()
				if got, err := c.pushAll(t, h, first); err != nil || got != "create create " {
					t.Fatal(got, err)
				}
				return h
			}
			unbroken := start()
			counting := &failing{Handler: unbroken}
			if got, err := c.pushAll(t, counting, second); err != nil || got != "update keep create " {
				t.Fatal(got, err)
			}
			want, requests := c.state(unbroken), counting.seen.Load()
			for at := int32(1); at <= requests; at++ {
				for _, after := range []bool{false, true} {
					h := start()
					if _, err := c.pushAll(t, &failing{Handler: h, at: at, after: after}, second); err == nil {
						t.Errorf("request %d (after %t): nothing failed", at, after)
					}
					if _, err := c.pushAll(t, h, second); err != nil {
						t.Errorf("request %d (after %t), again: %v", at, after, err)
					}
					if got := c.state(h); got != want {
						t.Errorf("request %d (after %t): the server has\n%s\nwant\n%s", at, after, got, want)
					}
					if got, err := c.pushAll(t, h, second); err != nil || got != "keep keep keep " {
						t.Errorf("request %d (after %t), once more: %s, %v", at, after, got, err)
					}
				}
			}
			if !strings.Contains(want, "c:") && !strings.Contains(want, "c &") {
				t.Error("the state tells nothing:", want)
			}
		})
	}
}
