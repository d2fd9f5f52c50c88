package main

import (
	"bytes"
	_ "embed"
	"encoding/csv"
	"fmt"

	"syncguard/internal/schema"
)

// prescribed lists keys that the macOS Security Compliance Project prescribes and neither Apple's schemas nor
// ProfileManifests have: domain, key, type and the rule that prescribes it.
//
//go:embed prescribed.csv
var prescribed []byte

// prescribedBy is the project, at the commit that prescribed was read at.
var prescribedBy = schema.Source{Name: "usnistgov/macos_security", Version: "cf656e844a40"}

// readPrescribed returns a type for each domain of a table such as prescribed.
func readPrescribed(data []byte) ([]*schema.Type, error) {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading the prescribed keys: %w", err)
	}
	var types []*schema.Type
	for _, row := range rows[1:] {
		domain, rule := row[0], row[3]
		if len(types) == 0 || types[len(types)-1].PayloadType != domain {
			types = append(types, &schema.Type{ID: domain + "(prescribed)", PayloadType: domain, Family: schema.Preferences,
				Availability: schema.Availabilities{"macOS": {}}})
		}
		t := types[len(types)-1]
		k := &schema.Key{Name: row[1]}
		if k.Kind, k.AnyKind, err = schema.ParseKind(row[2]); err != nil {
			return nil, fmt.Errorf("reading the prescribed keys: %s: %w", rule, err)
		}
		t.Keys = append(t.Keys, k)
		source := prescribedBy
		source.Path = rule
		t.Sources = append(t.Sources, source)
	}
	return types, nil
}
