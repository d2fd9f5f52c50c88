package deploy

import (
	"context"
	"encoding/base64"
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
var errNoOtherCredential = errors.New("there is nothing else to prove it with")

// Credential is a proof that its owner has given us.
type Credential struct{ scheme, proof string }

// Basic is HTTP Basic authentication.
func Basic(user, password string) Credential {
	return Credential{"Basic", base64.StdEncoding.EncodeToString([]byte(user + ":" + password))}
}

// Bearer is an access token.
func Bearer(token string) Credential { return Credential{"Bearer", token} }

// Authorize adds the proof.
func (c Credential) Authorize(_ context.Context, r *http.Request, renew bool) error {
	if renew {
		return errNoOtherCredential
	}
	r.Header.Set("Authorization", c.scheme+" "+c.proof)
	return nil
}

// Scheme is Basic or Bearer.
func (c Credential) Scheme() string { return c.scheme }

// String does not print the proof.
func (c Credential) String() string { return c.scheme + " " + mask }

// GoString does not print the proof.
func (c Credential) GoString() string { return c.String() }
