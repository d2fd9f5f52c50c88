package jamf

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/deploy"
	"syncguard/internal/plist"
)

// summary is an entry of a list.
type summary struct {
	ID   int    `xml:"id"`
	Name string `xml:"name"`
}

// detail holds the needed parts of a profile.
type detail struct {
	XMLName xml.Name
	General struct {
		ID       int     `xml:"id"`
		Name     string  `xml:"name"`
		UUID     string  `xml:"uuid"`
		Level    string  `xml:"level"`
		About    *string `xml:"description"`
		Category string  `xml:"category>name"`
		Payloads string  `xml:"payloads"`
	} `xml:"general"`
}

// Find lists the profiles of each kind and reads those with an item's name. The PayloadIdentifier does not help: Jamf
// replaces it on creation.
func (d *Server) Find(ctx context.Context, items []*deploy.Item) ([]*deploy.Remote, error) {
	remotes := make([]*deploy.Remote, len(items))
	lists := map[string][]summary{}
	for i, item := range items {
		k, err := d.kind(item.Profile)
		if err != nil {
			return nil, err
		}
		if _, known := lists[k.path]; !known {
			if lists[k.path], err = d.list(ctx, k); err != nil {
				return nil, err
			}
		}
		var same []string
		for _, s := range lists[k.path] {
			if slices.Contains(storage().NameVariants(item.Name), storage().Normalize(s.Name)) {
				same = append(same, strconv.Itoa(s.ID))
			}
		}
		if len(same) > 1 {
			return nil, fmt.Errorf("%s: the server has %d profiles with the name %s (%s); delete all but one of them", item.Profile.Name, len(same), item.Name, strings.Join(same, ", "))
		}
		if len(same) == 1 {
			if remotes[i], err = d.get(ctx, k, same[0]); err != nil {
				return nil, err
			}
		}
	}
	return remotes, nil
}

// ReadBack compares the stored profile with the one sent, since Jamf does not document its changes.
func (d *Server) ReadBack(ctx context.Context, item *deploy.Item, id string) (note string, err error) {
	k, err := d.kind(item.Profile)
	if err != nil {
		return "", err
	}
	remote, err := d.get(ctx, k, id)
	switch {
	case deploy.IsStatus(err, http.StatusNotFound):
		return "", nil // another node of the cluster does not have it yet
	case err != nil:
		return "", fmt.Errorf("it was sent; reading it back from Jamf Pro: %w", err)
	}
	has, wanted, err := d.compare(item, remote)
	if err != nil || has != nil && plist.Equal(has, wanted) {
		return "", err
	}
	return "Jamf Pro stored something different, in a way not known before: --check shows it, and every push sends the profile again", nil
}

func (d *Server) list(ctx context.Context, k kind) ([]summary, error) {
	var all struct {
		XMLName xml.Name
		Entries []summary `xml:",any"`
	}
	if err := d.getXML(ctx, k.path, &all); err != nil {
		return nil, err
	}
	if !strings.HasSuffix(all.XMLName.Local, "configuration_profiles") {
		return nil, fmt.Errorf("the response to %s is not a list of profiles; is this the address of Jamf Pro?", k.path)
	}
	return slices.DeleteFunc(all.Entries, func(s summary) bool { return s.ID == 0 }), nil // <size> is one of them
}

func (d *Server) get(ctx context.Context, k kind, id string) (*deploy.Remote, error) {
	var one detail
	if err := d.getXML(ctx, k.path+"/id/"+id, &one); err != nil {
		return nil, err
	}
	if one.XMLName.Local != k.root {
		return nil, fmt.Errorf("the response to %s/id/%s is not a profile; is this the address of Jamf Pro?", k.path, id)
	}
	remote := &deploy.Remote{ID: id, Name: one.General.Name, Content: []byte(one.General.Payloads),
		Fields: map[string]string{"uuid": one.General.UUID, "level": one.General.Level, "category": one.General.Category}}
	if one.General.About != nil {
		remote.Fields["description"] = *one.General.About
	}
	return remote, nil
}

func (d *Server) getXML(ctx context.Context, path string, into any) error {
	response, err := d.Client.Do(ctx, &deploy.Request{Method: http.MethodGet, Path: path, Header: http.Header{"Accept": {"application/xml"}}})
	if err != nil {
		return err
	}
	if err := xml.Unmarshal(response.Body, into); err != nil { // encoding/xml expands no custom entities
		return fmt.Errorf("reading the response to %s: %w", path, err)
	}
	return nil
}
