package deploy

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"

	"syncguard/internal/secret"
)

// Authorizer adds credentials to requests. It is safe for concurrent use.
type Authorizer interface {
	// Authorize sets the Authorization header. With renew the server has refused the previous credential.
	Authorize(ctx context.Context, r *http.Request, renew bool) error
	// Scheme is the first word of the header, such as Basic or Bearer, and no secret.
	Scheme() string
}

// errNoOtherCredential means the refused credential is the only one: repeating the request would be refused again.
var errNoOtherCredential = errors.New("there is nothing else to prove it with")

// Credential is a fixed credential given by the user.
type Credential struct{ scheme, proof string }

// Basic returns a credential for HTTP Basic authentication.
func Basic(user, password string) Credential {
	return Credential{"Basic", base64.StdEncoding.EncodeToString([]byte(user + ":" + password))}
}

// Bearer returns a credential from an access token.
func Bearer(token string) Credential { return Credential{"Bearer", token} }

// Authorize sets the header; it cannot renew.
func (c Credential) Authorize(_ context.Context, r *http.Request, renew bool) error {
	if renew {
		return errNoOtherCredential
	}
	r.Header.Set("Authorization", c.scheme+" "+c.proof)
	return nil
}

// Scheme is Basic or Bearer.
func (c Credential) Scheme() string { return c.scheme }

// String masks the secret.
func (c Credential) String() string { return c.scheme + " " + secret.Shown }

// GoString masks the secret.
func (c Credential) GoString() string { return c.String() }
