package compose

import (
	"syncguard/internal/diag"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
)

// MDMVariables finds what keeps a profile from being signed: variables that an MDM server replaces for each device. It
// cannot do so without breaking the signature.
func MDMVariables(root *plist.Value) []diag.Diagnostic { return lint.SignedVariables(root) }
