package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"syncguard/internal/ship"
)

const (
	perPage  = 100
	maxPages = 1000
)

type meta struct {
	More bool `json:"has_next_results"`
}

// pages asks for a list page by page, until one says that it is the last, or is empty.
func pages[T any](ctx context.Context, c *ship.Client, path string, query url.Values, take func(page *T) (n int, more bool)) error {
	for i := range maxPages {
		q := maps.Clone(query)
		q.Set("page", strconv.Itoa(i))
		q.Set("per_page", strconv.Itoa(perPage))
		answer, err := c.Do(ctx, &ship.Request{Method: http.MethodGet, Path: path, Query: q})
		if err != nil {
			return err
		}
		page := new(T)
		if answer.Status != http.StatusOK || json.Unmarshal(answer.Body, page) != nil {
			return errors.New("the answer is not one of Fleet's; is the address that of a Fleet server?")
		}
		if n, more := take(page); n == 0 || !more {
			return nil
		}
	}
	return errors.New("the list of the server does not end")
}
