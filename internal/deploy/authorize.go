package deploy

import (
	"context"
	"errors"
	"net/http"
)

// Authorizer proves to a server who asks, several requests at once.
type Authorizer interface {
	// Authorize adds the proof to a request, in its header Authorization. With renew what was used before has been refused.
	Authorize(ctx context.Context, r *http.Request, renew bool) error
	// Scheme is the first word of that header, such as Basic or Bearer, which is no secret.
	Scheme() string
}

// errNothingNew says that what was refused is all there is, so that asking again would be refused too.
var errNothingNew = errors.New("there is nothing else to prove it with")

// Basic is HTTP Basic authentication.
type Basic struct{ User, Password string }

// Authorize adds user and password.
func (b Basic) Authorize(_ context.Context, r *http.Request, renew bool) error {
	if renew {
		return errNothingNew
	}
	r.SetBasicAuth(b.User, b.Password)
	return nil
}

// Scheme is Basic.
func (b Basic) Scheme() string { return "Basic" }

// String does not print the password.
func (b Basic) String() string { return b.User + ":(secret)" }

// GoString does not print the password.
func (b Basic) GoString() string { return b.String() }

// Bearer is a token that its owner has given us.
type Bearer string

// Authorize adds the token.
func (b Bearer) Authorize(_ context.Context, r *http.Request, renew bool) error {
	if renew {
		return errNothingNew
	}
	r.Header.Set("Authorization", "Bearer "+string(b))
	return nil
}

// Scheme is Bearer.
func (b Bearer) Scheme() string { return "Bearer" }

// String does not print the token.
func (b Bearer) String() string { return "(secret)" }

// GoString does not print the token.
func (b Bearer) GoString() string { return "(secret)" }
