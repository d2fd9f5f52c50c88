package appleyaml

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"

	"syncguard/internal/schema"
	"syncguard/internal/target"
)

// Lifecycle is the versions of a platform that introduced, deprecated and removed a payload type, and the declaration replacing
// it.
type Lifecycle struct {
	PayloadType string
	Platform    target.Platform
	schema.Lifecycle
	Replacement string
	Source      schema.Source
}

// readLifecycles reads lines of payload type, platform, introduced, deprecated, removed, replacement and source.
func readLifecycles(data []byte) ([]Lifecycle, error) {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	var lifecycles []Lifecycle
	for _, row := range rows[1:] {
		if len(row) != 7 {
			return nil, fmt.Errorf("%s: %d columns, want 7", row[0], len(row))
		}
		l := Lifecycle{
			PayloadType: row[0], Platform: target.Platform(row[1]), Replacement: row[5], Source: sourceOf(row[6]),
		}
		for i, to := range []*target.Version{&l.Introduced, &l.Deprecated, &l.Removed} {
			if row[i+2] == "" {
				continue
			}
			if *to, err = target.ParseVersion(row[i+2]); err != nil {
				return nil, fmt.Errorf("%s on %s: %w", l.PayloadType, l.Platform, err)
			}
		}
		lifecycles = append(lifecycles, l)
	}
	return lifecycles, nil
}

// sourceOf reads apple/device-management@COMMIT, or an address of Apple's documentation. A remark may follow.
func sourceOf(column string) schema.Source {
	place, _, _ := strings.Cut(column, ";")
	if name, commit, ok := strings.Cut(place, "@"); ok {
		return schema.Source{Name: name, Version: commit}
	}
	address, _, _ := strings.Cut(place, " ")
	host, _, _ := strings.Cut(address, "/")
	return schema.Source{Name: host, Path: address}
}
