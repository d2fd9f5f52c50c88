package fleet

import (
	"context"
	"net/url"
	"strconv"

	"syncguard/internal/deploy"
)

// Inventory emits the pages of the hosts, of the team if there is one: https://fleetdm.com/docs/rest-api/rest-api#list-hosts.
func (d *Server) Inventory(ctx context.Context, emit func(page []byte) error) error {
	if err := d.resolveTeam(ctx); err != nil {
		return err
	}
	query := url.Values{"per_page": {strconv.Itoa(perPage)}, "order_key": {"id"}, "populate_labels": {"true"}}
	if d.teamID != "" {
		query.Set("team_id", d.teamID)
	}
	return d.Client.InventoryPages(ctx, deploy.GetJSON("/api/v1/fleet/hosts", query), "page", func(body []byte) (ids []string, more bool, err error) {
		ids, ok := deploy.IDs(body, "hosts", "id")
		if !ok {
			return nil, false, errNotFleet
		}
		return ids, len(ids) == perPage, nil
	}, emit)
}
