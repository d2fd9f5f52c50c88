package assistant

import (
	"context"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"syncguard/internal/app"
)

func (s *server) addTools(m *mcp.Server) {
	add(s, m, "check_profile", "Check a profile or template",
		"Check Apple configuration profiles, declarations or syncguard templates: what devices refuse or ignore, what hurts iCloud sync, what leaks. "+
			"Returns findings with line, rule, advice and sources.", check)
	add(s, m, "explain", "Explain a key or a rule",
		"Explain a payload type, one of its keys, or a lint rule: what it does, on which platforms and versions, whether it needs supervision, its values, and the sources. "+
			"Use search_catalog to find a name.", explain)
	add(s, m, "coverage", "Show what settings really do on devices",
		"Show what each setting of a template or profile really does on each target: enforced, locked, preset, manual (a person has to do it) or none. "+
			"Without a file: the built-in template that keeps iCloud syncing.", coverage)
	add(s, m, "compare_profiles", "Compare two profiles",
		"Compare two profiles or declarations key by key, and tell what a device with the old one does when it gets the new one.", compare)
	add(s, m, "search_catalog", "Search payload types and keys",
		"Find payload types, declarations and keys by words of their names or descriptions.", search)
	add(s, m, "draft_template", "Draft a template",
		"Draft a syncguard template from intents (what should keep iCloud syncing), and check it. It is returned, not written. "+
			"The intents are "+strings.Join(app.Intents(), ", ")+".", draft)
}

// add adds a tool that only reads.
func add[In, Out any](s *server, m *mcp.Server, name, title, description string, answer func(context.Context, *call, *In) (*Out, error)) {
	no := false
	m.AddTool(&mcp.Tool{Name: name, Title: title, Description: description, InputSchema: schemaOf[In](), OutputSchema: schemaOf[Out](),
		Annotations: &mcp.ToolAnnotations{Title: title, ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no},
	}, handle(s, answer))
}

// schemaOf returns the JSON Schema of a struct in the words that every client knows: one type for each value, no references and no
// alternatives. Clients drop tools with others, without a message (zed 60162, copilot-cli 1876, fastmcp 2808).
func schemaOf[T any]() *jsonschema.Schema {
	schema, err := jsonschema.For[T](nil)
	if err != nil {
		panic(err) // a type of this package has no schema: every test fails
	}
	simplify(schema)
	return schema
}

func simplify(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	for _, t := range s.Types {
		if t != "null" {
			s.Type, s.Types = t, nil
			break
		}
	}
	for _, property := range s.Properties {
		simplify(property)
	}
	simplify(s.Items)
}
