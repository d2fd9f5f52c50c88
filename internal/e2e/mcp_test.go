//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The inspector of the Model Context Protocol lists the tools of mcp, finds nothing in their schemas that a client may not know, and
// calls each one, in the protocol of today and in the one before.
func TestInspector(t *testing.T) {
	inspector := os.Getenv("SYNCGUARD_INSPECTOR")
	if inspector == "" {
		t.Fatal("SYNCGUARD_INSPECTOR does not name the inspector of the Model Context Protocol; run make e2e")
	}
	folder, outside := t.TempDir(), t.TempDir()
	profile, err := os.ReadFile(filepath.Join("..", "cli", "testdata", "shared", "mcp", "ipads.mobileconfig"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(folder, "ipads.mobileconfig"), filepath.Join(outside, "outside.mobileconfig")} {
		if err := os.WriteFile(path, profile, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	config := filepath.Join(t.TempDir(), "mcp.json")
	data, err := json.Marshal(map[string]any{"mcpServers": map[string]any{"syncguard": map[string]any{
		"type": "stdio", "command": os.Getenv("SYNCGUARD_BINARY"), "args": []string{"mcp"}, "roots": []any{map[string]any{"uri": "file://" + folder, "name": "profiles"}},
	}}})
	if err == nil {
		err = os.WriteFile(config, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	inspect := func(t *testing.T, era string, args ...string) (stdout string, code int) {
		t.Helper()
		cmd := exec.Command(inspector, append([]string{"--cli", "--config", config, "--server", "syncguard", "--protocol-era", era, "--quiet", "--format", "json"}, args...)...)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "MCP_INSPECTOR_SECRET_STORE=memory")
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if _, failed := err.(*exec.ExitError); err != nil && !failed {
			t.Fatal(err)
		}
		return string(out) + errs.String(), cmd.ProcessState.ExitCode()
	}
	for _, era := range []string{"legacy", "modern"} {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			if out, code := inspect(t, era, "--method", "tools/list", "--strict"); code != 0 || strings.Count(out, `"readOnlyHint":true`) != 6 {
				t.Errorf("the list of tools, exit code %d: %s", code, out)
			}
			for _, x := range []struct{ tool, arguments, want string }{
				{"check_profile", `{"paths": ["ipads.mobileconfig"], "targets": ["iOS@18/manual"]}`, `"rule":"needs-supervision"`},
				{"check_profile", `{"paths": ["` + filepath.Join(outside, "outside.mobileconfig") + `"]}`, "it is outside the folders that may be read"},
				{"explain", `{"name": "com.apple.applicationaccess.allowCloudBackup"}`, `"default":"true"`},
				{"coverage", `{"paths": ["ipads.mobileconfig"], "targets": ["iOS@18/supervised"]}`, `"class":"enforced"`},
				{"compare_profiles", `{"oldPath": "ipads.mobileconfig", "newPath": "ipads.mobileconfig"}`, `"result":"equal"`},
				{"search_catalog", `{"query": "passcode length"}`, `"com.apple.mobiledevice.passwordpolicy.minLength"`},
				{"draft_template", `{"organization": "Acme", "identifier": "com.acme"}`, `"file":"syncguard.yaml"`},
			} {
				out, code := inspect(t, era, "--method", "tools/call", "--tool-name", x.tool, "--tool-args-json", x.arguments)
				if isError := strings.Contains(out, `"isError":true`); !strings.Contains(out, x.want) || (code == 0) == isError {
					t.Errorf("%s %s, exit code %d: %s", x.tool, x.arguments, code, out)
				}
			}
		})
	}
}
