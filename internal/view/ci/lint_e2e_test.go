//go:build e2e

package ci

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"syncguard/internal/app"
	"syncguard/internal/e2e"
	"syncguard/internal/hostile"
)

// runs are one of everything, one of all hostile strings, and one of nothing.
func runs() map[string]*Report {
	all := &Report{LintHeader: app.LintHeader{Syncguard: "1"}, RulesURL: "https://example.com/rules"}
	for _, s := range hostile.Texts {
		for _, f := range hostileRun(s.Text).Files {
			all.add(*f)
		}
		all.Unread = append(all.Unread, app.Unread{Name: s.Text, Message: s.Text})
	}
	return map[string]*Report{"everything": lintRun(), "hostile": all, "nothing": {}}
}

// multitool returns the folder of Microsoft's SARIF Multitool.
func multitool(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SYNCGUARD_SARIF")
	if dir == "" {
		t.Fatal("SYNCGUARD_SARIF does not name the SARIF Multitool; run make e2e")
	}
	return dir
}

// The schema that comes with the Multitool, read by a validator that is not the library's.
func TestSchemaAcceptsSARIF(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(multitool(t), "sarif-2.1.0.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range runs() {
		var log any
		unmarshal(t, written(t, "sarif", r), &log)
		if err := schema.Validate(log); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := schema.Validate(map[string]any{"version": "2.1.0", "runs": []any{map[string]any{}}}); err == nil {
		t.Error("the schema accepts a run without a tool")
	}
}

// The rules of the standard that no schema can state, as the Multitool knows them.
func TestMultitoolAcceptsSARIF(t *testing.T) {
	dir := t.TempDir()
	for name, r := range runs() {
		log, found := filepath.Join(dir, name+".sarif"), filepath.Join(dir, name+".found.sarif")
		if err := os.WriteFile(log, []byte(written(t, "sarif", r)), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(filepath.Join(multitool(t), "Sarif.Multitool"), "validate", log, "--output", found, "--level", "Error", "--quiet", "true")
		cmd.Env = append(os.Environ(), "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
		data, err := os.ReadFile(found)
		if err != nil {
			t.Fatal(err)
		}
		var verdict struct {
			Runs []struct{ Results []json.RawMessage }
		}
		unmarshal(t, string(data), &verdict)
		if len(verdict.Runs) != 1 || len(verdict.Runs[0].Results) > 0 {
			t.Errorf("%s: %s", name, verdict.Runs[0].Results)
		}
	}
}

func TestXMLLintAcceptsJUnit(t *testing.T) {
	for _, r := range runs() {
		e2e.Tool(t, []byte(written(t, "junit", r)), "xmllint", "--noout", "--nonet", "-")
	}
}
