package web

import (
	"context"

	"syncguard/internal/app"
	"syncguard/internal/schema"
)

// FindParams are what to look up.
type FindParams struct {
	Query string      `json:"query"`
	Kind  app.HitKind `json:"kind,omitempty"` // empty for all
	Limit int         `json:"limit"`
}

// KeyParams name a type, or a key of it.
type KeyParams struct {
	ID     string        `json:"id"`
	Family schema.Family `json:"family,omitempty"` // empty for the first one with the key
	Path   string        `json:"path,omitempty"`
}

// CellParams name a cell of a key's effects.
type CellParams struct {
	KeyParams
	Value  string `json:"value"` // the first one of its variant
	Target string `json:"target"`
}

// NameParams name one thing.
type NameParams struct {
	Name string `json:"name"`
}

var catalogMethods = []Method{
	method("find", func(_ context.Context, c *call, p FindParams) (*app.Found, error) {
		return app.Find(c.Host, app.FindOptions{Query: p.Query, Kind: p.Kind, Limit: p.Limit})
	}),
	method("list", func(_ context.Context, c *call, _ struct{}) (*app.SchemaListed, error) {
		return app.SchemaList(c.Host, app.SchemaListOptions{})
	}),
	method("show", func(_ context.Context, c *call, p NameParams) (*app.SchemaShown, error) {
		return app.SchemaShow(c.Host, p.Name)
	}),
	method("lookup", func(_ context.Context, c *call, p KeyParams) (*app.KeyTables, error) {
		return app.LookupKey(c.Host, p.ID, p.Family, p.Path)
	}),
	method("explain", func(_ context.Context, c *call, p CellParams) (*app.KeyExplanation, error) {
		return app.ExplainKey(c.Host, p.ID, p.Family, p.Path, p.Value, p.Target)
	}),
	method("rules", func(context.Context, *call, struct{}) (*app.RulesListed, error) { return app.Rules("") }),
	method("rule", func(_ context.Context, _ *call, p NameParams) (*app.RulePage, error) { return app.Rule(p.Name) }),
}
