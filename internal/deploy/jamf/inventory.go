package jamf

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"syncguard/internal/deploy"
)

const inventoryPageSize = 200

// Inventory emits the pages of the computers, and those of the mobile devices:
// https://developer.jamf.com/jamf-pro/reference/get_v3-computers-inventory and
// https://developer.jamf.com/jamf-pro/reference/get_v2-mobile-devices-detail.
func (d *Server) Inventory(ctx context.Context, emit func(page []byte) error) error {
	size := strconv.Itoa(inventoryPageSize)
	if d.Devices != Mobile {
		query := url.Values{"page-size": {size}, "sort": {"id:asc"}, "section": {"GENERAL", "HARDWARE", "OPERATING_SYSTEM", "GROUP_MEMBERSHIPS"}}
		err := d.devices(ctx, "/api/v3/computers-inventory", query, "id", emit)
		if deploy.IsStatus(err, http.StatusNotFound) { // an older server; newer ones have dropped v1
			err = d.devices(ctx, "/api/v1/computers-inventory", query, "id", emit)
		}
		if err != nil {
			return err
		}
	}
	if d.Devices == Computers {
		return nil
	}
	query := url.Values{"page-size": {size}, "sort": {"deviceId:asc"}, "section": {"GENERAL", "HARDWARE", "GROUPS"}}
	return d.devices(ctx, "/api/v2/mobile-devices/detail", query, "mobileDeviceId", emit)
}

func (d *Server) devices(ctx context.Context, path string, query url.Values, id string, emit func(page []byte) error) error {
	return d.Client.InventoryPages(ctx, deploy.GetJSON(path, query), "page", func(body []byte) (ids []string, more bool, err error) {
		ids, ok := deploy.IDs(body, "results", id)
		if !ok {
			return nil, false, errors.New("unexpected response, not from Jamf Pro; check the server address")
		}
		return ids, len(ids) == inventoryPageSize, nil
	}, emit)
}
