package web

import (
	"context"

	"syncguard/internal/app"
)

// FormParams name a type: of a payload or a declaration, or Configuration and Declaration for what is around them.
type FormParams struct {
	Type string `json:"type"`
}

// MinimalParams say what to begin.
type MinimalParams struct {
	Type         string   `json:"type"`                   // ID of the type
	Organization string   `json:"organization,omitempty"` // reverse-DNS name that identifiers begin with
	Profile      string   `json:"profile,omitempty"`      // PayloadIdentifier of the profile that a payload is for
	Taken        []string `json:"taken,omitempty"`        // identifiers in use
}

var formMethods = []Method{
	method("formTypes", func(_ context.Context, c *call, _ struct{}) (*app.FormTypes, error) { return app.ListForms(c.Host) }),
	method("form", func(_ context.Context, c *call, p FormParams) (*app.Form, error) { return app.FormOf(c.Host, p.Type) }),
	method("minimal", func(_ context.Context, c *call, p MinimalParams) (*app.Minimal, error) {
		return app.MakeMinimal(c.Host, app.MinimalOptions{Type: p.Type, Organization: p.Organization, Profile: p.Profile, Taken: p.Taken})
	}),
	method("describeData", func(_ context.Context, c *call, p DataParams) (*app.DescribedData, error) {
		return app.DescribeData(c.Host, p.Data), nil
	}),
	method("effects", effects),
	method("keySearch", func(_ context.Context, c *call, p KeySearchParams) (*app.SchemaFound, error) {
		return app.SchemaSearch(c.Host, p.Query)
	}),
}

// DataParams are the data of a key.
type DataParams struct {
	Data []byte `json:"data"` // base64
}

// KeySearchParams are words to find types and keys by.
type KeySearchParams struct {
	Query string `json:"query"`
}

// EffectParams are the devices.
type EffectParams struct {
	Targets []string `json:"targets"`
}

// KeyEffects are the effects of the keys that a file sets.
type KeyEffects struct {
	Keys []KeyEffect `json:"keys"`
}

// KeyEffect is what a key really does on a target.
type KeyEffect struct {
	Key       string `json:"key"` // TYPE.KEY
	Value     string `json:"value,omitempty"`
	Target    string `json:"target"`
	Class     string `json:"class"`
	Condition string `json:"condition"`
}

// effects returns what the keys of the one file do. A file that cannot be read has none.
func effects(ctx context.Context, c *call, p EffectParams) (*KeyEffects, error) {
	r, err := app.Coverage(ctx, c.Host, app.CoverageOptions{Paths: c.given, Targets: p.Targets, Keys: true})
	if err != nil {
		return nil, err
	}
	all := &KeyEffects{}
	for _, cell := range r.Cells() {
		class, condition := cell.Effect()
		all.Keys = append(all.Keys, KeyEffect{cell.Intent, cell.Value, cell.Target, class, condition})
	}
	return all, nil
}
