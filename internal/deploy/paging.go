package deploy

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
)

// Bounds on a server's answers. docs/push.md and SECURITY.md name the same figures; a test compares them.
const (
	// maxResponse is the largest response body, and the most read to find the server's copies, beside searchFactor times
	// the profiles to send: pages and copies together, in bytes.
	maxResponse  = 64 << 20
	searchFactor = 16
	// maxPages is how many pages of a list are read.
	maxPages = 10_000
	// maxEmptyPages is how many empty pages may follow one another. Microsoft's documentation of delta queries allows empty pages
	// before the end; the number is our own.
	maxEmptyPages = 10
)

var (
	errTooLarge = fmt.Errorf("the response is larger than %d MiB", maxResponse>>20)
	errEndless  = errors.New("the server's list does not end")
)

// Progress checks that a list read page by page comes to an end. Its zero value is ready for a list.
type Progress struct {
	known        map[string]bool
	pages, empty int
}

// Page records the entries of a page that names a further one, by their IDs. A page of nothing but known entries is an
// error, and so are too many pages.
func (p *Progress) Page(ids []string) error {
	p.pages++
	p.empty++
	if p.known == nil {
		p.known = map[string]bool{}
	}
	isNew := len(ids) == 0
	for _, id := range ids {
		p.empty = 0
		isNew = isNew || !p.known[id]
		p.known[id] = true
	}
	if !isNew || p.empty > maxEmptyPages || p.pages >= maxPages {
		return errEndless
	}
	return nil
}

// Pages requests a list page by page. read takes a page's body and returns the IDs of its entries and the address of the
// next page, "" after the last.
func (c *Client) Pages(ctx context.Context, first *Request, read func(body []byte) (ids []string, next string, err error)) error {
	var progress Progress
	seen := map[string]bool{}
	for r := first; ; {
		if seen[c.URL(r)] {
			return errEndless
		}
		seen[c.URL(r)] = true
		response, err := c.Do(ctx, r)
		if err != nil {
			return err
		}
		ids, next, err := read(response.Body)
		if err != nil || next == "" {
			return err
		}
		if err := progress.Page(ids); err != nil {
			return err
		}
		if r, err = c.Next(next); err != nil {
			return err
		}
	}
}

// allowance is what may still be read of a server while its copies are searched.
type allowance struct{ total, left atomic.Int64 }

// search calls find with a bound on all it reads: maxResponse and searchFactor times the items. It also accepts a nil Client.
func (c *Client) search(items []*Item, find func() error) error {
	if c == nil {
		return find()
	}
	most := int64(maxResponse)
	for _, item := range items {
		most += searchFactor * int64(max(len(item.Body), len(item.Profile.File)))
	}
	a := &allowance{}
	a.total.Store(most)
	a.left.Store(most)
	c.allowance.Store(a)
	defer c.allowance.Store(nil)
	return find()
}

// limit returns how much of a response may be read, and the error for a larger one.
func (a *allowance) limit() (int64, error) {
	if a == nil || a.left.Load() >= maxResponse {
		return maxResponse, errTooLarge
	}
	return max(a.left.Load(), 0), &searchError{a.total.Load()}
}

func (a *allowance) spend(n int) {
	if a != nil {
		a.left.Add(-int64(n))
	}
}

// searchError is the end of an allowance.
type searchError struct{ total int64 }

func (e *searchError) Error() string {
	return fmt.Sprintf("the server's lists and profiles are larger than %d MiB together", e.total>>20)
}
func (e *searchError) Is(target error) bool { return target == errTooLarge }
