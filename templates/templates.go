// Package templates embeds the built-in templates. A template refers to one with extends: builtin:NAME; package
// internal/template reads them.
package templates

import "embed"

// Files holds one NAME.yaml per template.
//
//go:embed *.yaml
var Files embed.FS

// Prevention names the template of a build without one.
const Prevention = "prevention"
