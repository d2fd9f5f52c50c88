package app

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"syncguard/internal/deploy"
)

// What a destination registers is whole: every door makes commands, help and tables of it.
func TestDestinations(t *testing.T) {
	all := Destinations()
	if !slices.IsSortedFunc(all, func(a, b *deploy.Destination) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("they are not sorted by name")
	}
	for _, d := range all {
		if d.Server().Name == "" || d.Open == nil || d.Push == nil && d.Export == nil {
			t.Errorf("%s lacks a name (an entry of internal/mdm/mdm.json, or Title), Open, or the help of Push or Export", d.Name)
		}
		for _, h := range []*deploy.Help{d.Push, d.Export} {
			if h != nil && slices.Contains([]string{h.Short, h.Long, h.Example, h.Takes, h.Proof}, "") {
				t.Errorf("%s: its help is not whole: %+v", d.Name, h)
			}
		}
		if beside := d.Delivery.SameAs; beside != "" {
			if _, err := destination(beside); err != nil {
				t.Errorf("%s is beside %s: %v", d.Name, beside, err)
			}
		} else if d.Delivery.Source == "" || d.Delivery.Profiles == "" {
			t.Errorf("%s does not say how it delivers", d.Name)
		}
		seen := map[string]bool{}
		for _, f := range d.Flags {
			if seen[f.Name] || d.FlagHelp(f) == "" || f.Kind == deploy.Secret && f.Variable == "" {
				t.Errorf("%s: --%s is there twice, is not described or has no variable", d.Name, f.Name)
			}
			seen[f.Name] = true
		}
	}
	if _, err := destination("somewhere"); err == nil {
		t.Error("a destination that is none was found")
	}
}

// Nobody types a secret for a server that cannot be meant.
func TestPushChecksTheServerBeforeItAsks(t *testing.T) {
	for _, d := range Destinations() {
		if d.Push == nil {
			continue
		}
		for server, want := range map[string]string{"http://mdm.example.com": "want https", "mdm.example.com": "invalid server address", "": "missing server address"} {
			if server == "" && d.Address != "" {
				continue
			}
			s := &deploy.Setup{Destination: d, Server: server, Host: deploy.Host{
				Getenv: func(string) (string, bool) { return "", false },
				Now:    time.Now,
				Ask: func(context.Context, string) ([]byte, error) {
					t.Errorf("%s, %q: asks for a secret", d.Name, server)
					return []byte("x"), nil
				}}}
			if _, err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s, %q: %v, want %q", d.Name, server, err, want)
			}
		}
	}
}
