// Package templates holds the templates that are part of the program.
package templates

import "embed"

// Files holds the templates, NAME.yaml each.
//
//go:embed *.yaml
var Files embed.FS

// Prevention is the template that build uses when none is given.
const Prevention = "prevention"
