package intune

import (
	"context"
	"errors"

	"syncguard/internal/deploy"
)

// authorize fails: the page in a browser pushes nothing, and does not carry what signs in to Microsoft.
func authorize(context.Context, *deploy.Setup) (deploy.Authorizer, error) {
	return nil, errors.New("no sign-in to Microsoft in a browser")
}
