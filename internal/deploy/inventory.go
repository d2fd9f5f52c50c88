package deploy

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// InventoryPages requests a list of devices page by page, by numbers beginning with 0, and emits each page as it came. read
// returns the IDs of a page's devices, and whether there may be further ones.
func (c *Client) InventoryPages(ctx context.Context, r Request, number string, read func(body []byte) (ids []string, more bool, err error), emit func(page []byte) error) error {
	var progress Progress
	for i := 0; ; i++ {
		page := r
		page.Query = url.Values{number: {strconv.Itoa(i)}}
		for name, values := range r.Query {
			page.Query[name] = values
		}
		response, err := c.Do(ctx, &page)
		if err != nil {
			return err
		}
		ids, more, err := read(response.Body)
		if err != nil {
			return err
		}
		if err := emit(response.Body); err != nil || !more || len(ids) == 0 {
			return err
		}
		if err := progress.Page(ids); err != nil {
			return err
		}
	}
}

// GetJSON returns a request for JSON.
func GetJSON(path string, query url.Values) Request {
	return Request{Method: http.MethodGet, Path: path, Query: query, Header: http.Header{"Accept": {"application/json"}}}
}

// IDs reads the identifiers of a list: its key, and the key of an identifier, a number or a text. ok is false if there is no list.
func IDs(body []byte, list, id string) (ids []string, ok bool) {
	var page map[string]json.RawMessage
	if json.Unmarshal(body, &page) != nil || page[list] == nil {
		return nil, false
	}
	var entries []map[string]json.RawMessage
	if json.Unmarshal(page[list], &entries) != nil {
		return nil, false
	}
	for _, e := range entries {
		ids = append(ids, string(e[id]))
	}
	return ids, true
}
