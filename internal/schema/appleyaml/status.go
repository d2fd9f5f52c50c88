package appleyaml

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// statusColumns is the first line of a table of status items. Each column from supervised to user-scope lists the platforms, or
// Shared iPad, reporting the item in this enrollment kind or scope.
const statusColumns = "name,type,values,platforms,supervised,device,user,local,system-scope,user-scope,page,source"

const sharedIPad = "Shared iPad"

// readStatusItems reads the status items into one type, each as a key.
func readStatusItems(data []byte) (*schema.Type, error) {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != statusColumns {
		return nil, fmt.Errorf("invalid first line: want %s", statusColumns)
	}
	t := &schema.Type{ID: schema.StatusItemsID, PayloadType: schema.StatusItemsID, Family: schema.Status}
	for _, row := range rows[1:] {
		k, err := readStatusItem(row)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", row[0], err)
		}
		t.Keys = append(t.Keys, k)
		s := sourceOf(row[11])
		if s.Path = "declarative/status"; s.Name != RepositoryName {
			s = schema.Source{Name: "developer.apple.com", Path: "documentation/devicemanagement"}
		}
		if !slices.Contains(t.Sources, s) {
			t.Sources = append(t.Sources, s)
		}
	}
	return t, nil
}

func readStatusItem(row []string) (*schema.Key, error) {
	k := &schema.Key{Name: row[0], Availability: schema.Availabilities{}}
	var err error
	if k.Kind, k.AnyKind, err = schema.ParseKind(row[1]); err != nil {
		return nil, err
	}
	for value := range strings.SplitSeq(row[2], "|") {
		if value != "" {
			v, err := schema.ParseValue(value, k.Kind)
			if err != nil {
				return nil, err
			}
			k.RangeList = append(k.RangeList, v)
		}
	}
	for item := range strings.SplitSeq(row[3], "; ") {
		platform, version, _ := strings.Cut(item, " ")
		a := schema.Availability{
			AllowedEnrollments: columnsListing(platform, row, "supervised", "device", "user", "local"),
			AllowedScopes:      columnsListing(platform, row, "system-scope", "user-scope"),
		}
		if platform == string(target.IOS) {
			a.SharedIPad.AllowedScopes = columnsListing(sharedIPad, row, "system-scope", "user-scope")
		}
		if a.Introduced, err = target.ParseVersion(version); err != nil {
			return nil, err
		}
		k.Availability[target.Platform(platform)] = a
	}
	for _, platform := range target.Platforms() {
		if _, stated := k.Availability[platform]; !stated && platform == platform.Schema() {
			k.Availability[platform] = schema.Availability{NotAvailable: true}
		}
	}
	return k, nil
}

// columnsListing returns those of the columns listing a platform, under the names of Apple's schema files.
func columnsListing(platform string, row []string, columns ...string) []string {
	names := []string{}
	for i, column := range strings.Split(statusColumns, ",") {
		if slices.Contains(columns, column) && slices.Contains(strings.Split(row[i], "; "), platform) {
			names = append(names, strings.TrimSuffix(column, "-scope"))
		}
	}
	return names
}
