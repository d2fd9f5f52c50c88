package compose

import (
	"fmt"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/template"
)

// MDMVariables finds what keeps a profile from being signed: variables that an MDM server replaces for each device. It
// cannot do so without breaking the signature.
func MDMVariables(root *plist.Value) []diag.Diagnostic {
	var found []diag.Diagnostic
	visit(root, "", func(v *plist.Value, path string) {
		if v.Kind != plist.String {
			return
		}
		if names := template.MDMVariables(v.Text); len(names) > 0 {
			found = append(found, diag.Diagnostic{
				Rule:     "mdm-variable-in-signed-profile",
				Severity: diag.Error,
				Message: fmt.Sprintf("%q is for an MDM server to replace, which would break the signature",
					strings.Join(names, ", ")),
				Help: "build with --unsigned and let the MDM sign, or write the value itself",
				Span: v.Span,
				Path: path,
			})
		}
	})
	return found
}

// visit calls f for v and everything in it, with its key path.
func visit(v *plist.Value, path string, f func(*plist.Value, string)) {
	f(v, path)
	for _, field := range v.Fields {
		visit(field.Value, strings.TrimPrefix(path+"."+field.Key, "."), f)
	}
	for i, item := range v.Items {
		visit(item, fmt.Sprintf("%s[%d]", path, i), f)
	}
}
