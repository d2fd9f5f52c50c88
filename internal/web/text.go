package web

import (
	"context"

	"syncguard/internal/app"
)

// tree reads the values of a text that is being edited.
func tree(_ context.Context, _ *call, p app.TreeOptions) (*app.TreeResult, error) {
	return app.Tree(p), nil
}

// assign makes the edits that change one value of a text.
func assign(_ context.Context, _ *call, p app.AssignOptions) (*app.AssignResult, error) {
	return app.Assign(p)
}

var textMethods = []Method{
	method("tree", tree),
	method("assign", assign),
}
