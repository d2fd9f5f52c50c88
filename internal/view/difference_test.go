package view

import (
	"bytes"
	"strings"
	"testing"

	"syncguard/internal/app"
	"syncguard/internal/diff"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
)

// Names and values of any length and kind are shown short, and without a character that a terminal would obey.
func TestHostileDifferences(t *testing.T) {
	side := func(end string) *diff.Side {
		long := "\u202e\x1b[31m::error::" + strings.Repeat("z", 1<<20) + end
		payload := plist.NewDictionary().Set("PayloadType", plist.NewString(long)).Set("PayloadUUID", plist.NewString(end)).Set(long, plist.NewString(long))
		root := plist.NewDictionary().Set("PayloadIdentifier", plist.NewString(long)).Set("PayloadDisplayName", plist.NewString(long)).
			Set("PayloadContent", plist.NewArray(payload))
		return &diff.Side{Name: "a", Root: root, Signers: []diff.Signer{{Name: long, Fingerprint: end}}}
	}
	d, err := diff.Compare(side("1"), side("2"), schema.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	run := &app.DiffRun{Files: func(yield func(*diff.Difference, error) bool) { yield(d, nil) }, Footer: &app.DiffFooter{Differ: 1}}
	var text, markdown bytes.Buffer
	if err := NewPrinter(&text, nil, 80).Differences(run, func() {}); err != nil {
		t.Fatal(err)
	}
	if err := DiffMarkdown(&markdown, run); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{text.String(), markdown.String()} {
		if len(out) > 20_000 || len(out) < 100 || strings.ContainsFunc(strings.ReplaceAll(out, "\n", ""), Unprintable) {
			t.Errorf("%d bytes:\n%.2000q", len(out), out)
		}
	}
}
