package ship

import (
	"context"
	"net/http"
)

// Basic is HTTP Basic authentication.
type Basic struct{ User, Password string }

// Authorize adds user and password.
func (b Basic) Authorize(_ context.Context, r *http.Request, _ bool) error {
	r.SetBasicAuth(b.User, b.Password)
	return nil
}

// Bearer is a token that its owner has given us.
type Bearer string

// Authorize adds the token.
func (b Bearer) Authorize(_ context.Context, r *http.Request, _ bool) error {
	r.Header.Set("Authorization", "Bearer "+string(b))
	return nil
}

// String does not print the token.
func (b Bearer) String() string { return "(secret)" }

// GoString does not print the token.
func (b Bearer) GoString() string { return "(secret)" }

// String does not print the password.
func (b Basic) String() string { return b.User + ":(secret)" }

// GoString does not print the password.
func (b Basic) GoString() string { return b.String() }
