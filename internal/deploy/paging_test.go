package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
)

// testPage is a page of a test's list.
type testPage struct {
	IDs  []string `json:"ids"`
	Next string   `json:"next"`
	Fill string   `json:"fill,omitempty"`
}

// A list without an end is given up: when a page repeats, brings nothing new, or all are too large together.
func TestEndlessLists(t *testing.T) {
	large := strings.Repeat("x", 20<<20)
	for name, test := range map[string]struct {
		page  func(n int) testPage // Next is a query
		pages int                  // requested at most
		err   string
	}{
		"three pages":            {func(n int) testPage { return testPage{[]string{fmt.Sprint(n)}, []string{"1", "2", ""}[n], ""} }, 3, ""},
		"some empty pages":       {func(n int) testPage { return testPage{nil, []string{"1", "2", "3", "4", ""}[n], ""} }, 5, ""},
		"the same page":          {func(n int) testPage { return testPage{[]string{fmt.Sprint(n)}, "1", ""} }, 2, errEndless.Error()},
		"nothing new":            {func(n int) testPage { return testPage{[]string{"a", "b"}, fmt.Sprint(n + 1), ""} }, 2, errEndless.Error()},
		"nothing at all":         {func(n int) testPage { return testPage{nil, fmt.Sprint(n + 1), ""} }, maxEmptyPages + 1, errEndless.Error()},
		"always something new":   {func(n int) testPage { return testPage{[]string{fmt.Sprint(n)}, fmt.Sprint(n + 1), ""} }, maxPages, errEndless.Error()},
		"20 MB of news a page":   {func(n int) testPage { return testPage{[]string{fmt.Sprint(n)}, fmt.Sprint(n + 1), large} }, 4, "larger than 64 MiB together"},
		"20 MB of nothing new":   {func(n int) testPage { return testPage{[]string{"a"}, fmt.Sprint(n + 1), large} }, 2, errEndless.Error()},
		"a page of 70 MiB":       {func(n int) testPage { return testPage{nil, "1", strings.Repeat("x", 70<<20)} }, 1, "larger than 64 MiB"},
		"the next page is not a": {func(n int) testPage { return testPage{nil, "://", ""} }, 1, "another server"},
	} {
		t.Run(name, func(t *testing.T) {
			var f *faulty
			f = newFaulty(t, func(w http.ResponseWriter, r *http.Request, n int) {
				p := test.page(n)
				if p.Next != "" && p.Next != "://" {
					p.Next = f.URL + "/list?page=" + p.Next
				}
				_ = json.NewEncoder(w).Encode(p)
			})
			c := f.client(t, Options{})
			s := &Session{Client: c, Find: func(ctx context.Context, items []*Item) ([]*Remote, error) {
				return make([]*Remote, len(items)), c.Pages(ctx, &Request{Method: http.MethodGet, Path: "/list"}, func(body []byte) ([]string, string, error) {
					var p testPage
					err := json.Unmarshal(body, &p)
					return p.IDs, p.Next, err
				})
			}}
			_, err := s.Plan(t.Context(), []*Item{{Profile: &Profile{}}}, true)
			if got := fmt.Sprint(err); test.err == "" && err != nil || !strings.Contains(got, test.err) {
				t.Errorf("got %v, want %q", err, test.err)
			}
			if int(f.seen.Load()) > test.pages {
				t.Errorf("%d pages were requested, want %d at most", f.seen.Load(), test.pages)
			}
		})
	}
}

// Copies read one by one count together with the lists, and with what is sent.
func TestCopiesAreBounded(t *testing.T) {
	body := strings.Repeat("x", 1<<20)
	f := newFaulty(t, status(http.StatusOK, body))
	c := f.client(t, Options{})
	kept := 0
	find := func(ctx context.Context, items []*Item) ([]*Remote, error) {
		for {
			response, err := c.Do(ctx, &Request{Method: http.MethodGet, Path: "/one"})
			if err != nil {
				return nil, err
			}
			kept += len(response.Body)
		}
	}
	s := &Session{Client: c, Find: find}
	for sent, most := range map[int]int{0: 64 << 20, 1 << 20: 80 << 20} {
		kept = 0
		_, err := s.Plan(t.Context(), []*Item{{Profile: &Profile{File: make([]byte, sent)}}}, true)
		if !errors.Is(err, errTooLarge) || kept != most {
			t.Errorf("%d bytes to send: %d bytes read, want %d; %v", sent, kept, most, err)
		}
	}
	if _, err := c.Do(t.Context(), &Request{Method: http.MethodGet, Path: "/one"}); err != nil {
		t.Errorf("after the search: %v", err)
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	t.Logf("%d MiB taken from the system", stats.Sys>>20)
}

// The documents name the figures of the code.
func TestDocumentedBounds(t *testing.T) {
	for file, figures := range map[string][]string{
		"../../docs/push.md": {fmt.Sprintf("%d MiB", maxResponse>>20), fmt.Sprintf("%d times", searchFactor), "10,000 pages", fmt.Sprintf("%d empty pages", maxEmptyPages), "500 bytes"},
		"../../SECURITY.md":  {fmt.Sprintf("%d MiB", maxResponse>>20), "10,000 pages", "500 bytes"},
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, figure := range figures {
			if !strings.Contains(strings.Join(strings.Fields(string(text)), " "), figure) {
				t.Errorf("%s does not name %s", file, figure)
			}
		}
	}
	if maxPages != 10_000 {
		t.Error("maxPages differs from the documents")
	}
}
