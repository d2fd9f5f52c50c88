package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"syncguard/internal/deploy"
)

const perPage = 100

type pageInfo struct {
	More bool `json:"has_next_results"`
}

var errNotFleet = errors.New("unexpected response, not from Fleet; check the server address")

// forEachPage requests a list page by page, until a page is empty or marked as the last. The list may be null, but its key
// must be present.
func forEachPage[T any](ctx context.Context, c *deploy.Client, path, list string, query url.Values, take func(page *T) (ids []string, more bool, err error)) error {
	var progress deploy.Progress
	for i := 0; ; i++ {
		q := maps.Clone(query)
		q.Set("page", strconv.Itoa(i))
		q.Set("per_page", strconv.Itoa(perPage))
		response, err := c.Do(ctx, &deploy.Request{Method: http.MethodGet, Path: path, Query: q})
		if err != nil {
			return err
		}
		page, keys := new(T), map[string]json.RawMessage{}
		if response.Status != http.StatusOK || json.Unmarshal(response.Body, page) != nil || json.Unmarshal(response.Body, &keys) != nil || keys[list] == nil {
			return errNotFleet
		}
		ids, more, err := take(page)
		if err != nil || len(ids) == 0 || !more {
			return err
		}
		if err := progress.Page(ids); err != nil {
			return err
		}
	}
}
