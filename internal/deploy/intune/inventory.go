package intune

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"

	"syncguard/internal/deploy"
)

// Inventory emits the pages of the managed devices: https://learn.microsoft.com/graph/api/intune-devices-manageddevice-list. It
// needs the permission DeviceManagementManagedDevices.Read.All.
func (d *Server) Inventory(ctx context.Context, emit func(page []byte) error) error {
	first := deploy.GetJSON("/v1.0/deviceManagement/managedDevices", url.Values{"$select": {
		"id,deviceName,managedDeviceOwnerType,operatingSystem,osVersion,managementAgent,deviceEnrollmentType,isSupervised,model,serialNumber,deviceCategoryDisplayName"}})
	return d.Client.Pages(ctx, &first, func(body []byte) (ids []string, next string, err error) {
		ids, ok := deploy.IDs(body, "value", "id")
		if !ok {
			return nil, "", errors.New("unexpected response, not from Microsoft Graph; check the server address")
		}
		var page struct {
			Next string `json:"@odata.nextLink"`
		}
		_ = json.Unmarshal(body, &page)
		return ids, page.Next, emit(body)
	})
}
