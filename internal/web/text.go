package web

import (
	"context"
	"errors"

	"syncguard/internal/app"
	"syncguard/internal/diag"
)

// open reads the file of the call as a text that can be edited.
func open(_ context.Context, c *call, _ struct{}) (*app.OpenedText, error) {
	return app.OpenText(c.Host, c.given[0])
}

// tree reads the values of a text that is being edited.
func tree(_ context.Context, _ *call, p app.TreeOptions) (*app.TreeResult, error) {
	return app.Tree(p), nil
}

// assign makes the edits that change one value of a text.
func assign(_ context.Context, _ *call, p app.AssignOptions) (*app.AssignResult, error) {
	return app.Assign(p)
}

// SignParams name files of the call. The passphrase is a file, so that it is nowhere in a text.
type SignParams struct {
	Profile    string `json:"profile"`
	Identity   string `json:"identity"`             // PKCS#12
	Passphrase string `json:"passphrase,omitempty"` // none for a file without one
}

// SignedProfile is the result of sign. The call writes the signed profile.
type SignedProfile struct {
	Signed   *app.SignResult `json:"signed"`
	Identity *app.Identity   `json:"identity"` // what devices make of the signature
}

// signedFolder is where sign writes.
const signedFolder = "signed/"

// sign signs a profile.
func sign(ctx context.Context, c *call, p SignParams) (*SignedProfile, error) {
	id := app.IdentityOptions{P12: p.Identity, Passphrase: app.PassphraseOptions{File: p.Passphrase}}
	shown, err := app.ShowIdentity(ctx, c.Host, app.IdentityShowOptions{Identity: id})
	if err != nil {
		return nil, err
	}
	signed, err := app.Sign(ctx, c.Host, app.SignOptions{Paths: []string{p.Profile}, Out: signedFolder, Signing: app.SigningOptions{Identity: id, Digest: app.Digests()[0]}})
	if err != nil {
		return nil, err
	}
	if len(signed.Failures) > 0 {
		return nil, signed.Failures[0]
	}
	return &SignedProfile{signed, shown}, nil
}

// Starter is the name and the identifier of an organization.
type Starter struct {
	Name       string `json:"name"`
	Identifier string `json:"identifier"`
}

// starter is a commented template to begin with, as init writes it.
func starter(_ context.Context, c *call, p Starter) (string, error) {
	text, err := app.Draft(c.Host, app.InitOptions{File: app.DefaultTemplate, Name: p.Name, Identifier: p.Identifier})
	return string(text), err
}

// asTemplate turns the profile or declaration of the call into a template that builds the same.
func asTemplate(ctx context.Context, c *call, _ struct{}) (string, error) {
	run, err := app.Inspect(ctx, c.Host, app.InspectOptions{Paths: c.given, As: app.InspectTemplate, ShowSecrets: true})
	if err != nil {
		return "", err
	}
	all, err := collect(run)
	switch {
	case err != nil:
		return "", err
	case len(all.Footer.Failures) > 0:
		return "", all.Footer.Failures[0]
	case len(all.Files) == 0 || all.Files[0].Text == nil:
		return "", diag.WithHint(errors.New("the text is damaged: it cannot become a template"), "correct its errors first")
	}
	return string(all.Files[0].Text), nil
}

var textMethods = []Method{
	method("starter", starter),
	method("asTemplate", asTemplate),
	method("open", open),
	method("tree", tree),
	method("assign", assign),
	method("sign", sign),
}
