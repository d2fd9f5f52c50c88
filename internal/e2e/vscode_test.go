//go:build e2e

package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// VS Code in a browser, with the extension of "make editors" installed, plays scenes that Neovim plays, and those of the extension alone.
// With SYNCGUARD_SCREENSHOTS a folder gets a picture of each, light and dark.
func TestVSCode(t *testing.T) {
	folder := t.TempDir()
	editorFiles(t, folder)
	checkScenes(t, playInVSCode(t, "scenes.mjs", folder), func(s scene) string { return s.vscode })
}

// The picture in README.md and docs/editors.md shows what is wanted here. SYNCGUARD_PICTURES=docs makes it anew.
func TestPictureOfVSCode(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "profiles")
	profile, err := os.ReadFile(filepath.Join("..", "cli", "testdata", "shared", "mcp", "ipads.mobileconfig"))
	if err == nil {
		err = os.Mkdir(folder, 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, "ipads.mobileconfig"), profile, 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, ".syncguard.yaml"), []byte("targets: [iOS@18/manual, iOS@18/supervised]\n"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	out := string(playInVSCode(t, "picture.mjs", folder))
	for _, want := range []string{
		`"allowCloudDocumentSync" needs supervision and does nothing on iOS/manual`,
		" of 2 targets",
		"iOS@18/manual no effect: needs a supervised device",
		"iOS@18/supervised enforced",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

// playInVSCode runs a script of testdata/vscode over a folder and returns what it prints.
func playInVSCode(t *testing.T, script, folder string) []byte {
	t.Helper()
	node, chromium := Find(t, "node"), Find(t, "chromium")
	path, err := filepath.Abs(filepath.Join("testdata", "vscode", script))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, path, startVSCode(t), folder)
	cmd.Env = append(os.Environ(), "SYNCGUARD_CHROMIUM="+chromium)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return out
}

// startVSCode starts code-server with the extension and returns its address.
func startVSCode(t *testing.T) (address string) {
	t.Helper()
	server, extension := os.Getenv("SYNCGUARD_CODE_SERVER"), os.Getenv("SYNCGUARD_VSIX")
	if server == "" || extension == "" || os.Getenv("SYNCGUARD_VSCODE") == "" {
		t.Fatal("SYNCGUARD_CODE_SERVER, SYNCGUARD_VSCODE and SYNCGUARD_VSIX do not name VS Code, its folder and the extension; run make e2e")
	}
	home := t.TempDir()
	settings, err := json.MarshalIndent(map[string]any{
		"syncguard.path":                               os.Getenv("SYNCGUARD_BINARY"),
		"syncguard.buildArguments":                     []string{"--unsigned"},
		"security.workspace.trust.enabled":             false,
		"window.autoDetectColorScheme":                 true,
		"workbench.startupEditor":                      "none",
		"workbench.secondarySideBar.defaultVisibility": "hidden",
		"workbench.enableExperiments":                  false,
		"telemetry.telemetryLevel":                     "off",
		"extensions.ignoreRecommendations":             true,
		"chat.disableAIFeatures":                       true,
		"remote.autoForwardPorts":                      false,
		"files.autoSave":                               "off",
		"editor.minimap.enabled":                       false,
		"editor.stickyScroll.enabled":                  false,
		// what is typed is what is there
		"editor.autoClosingBrackets":     "never",
		"editor.autoClosingQuotes":       "never",
		"editor.autoIndent":              "none",
		"editor.acceptSuggestionOnEnter": "off",
		"editor.codeActionsOnSave":       map[string]any{"source.fixAll.syncguard": "explicit"},
	}, "", "\t")
	for _, place := range []string{"User", "Machine"} { // what a program is comes from the machine
		if err == nil {
			err = os.MkdirAll(filepath.Join(home, "data", place), 0o755)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(home, "data", place, "settings.json"), settings, 0o600)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	code := func(args ...string) *exec.Cmd {
		cmd := exec.Command(server, append([]string{"--user-data-dir", filepath.Join(home, "data"), "--extensions-dir", filepath.Join(home, "extensions")}, args...)...)
		cmd.Dir = home
		cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_DATA_HOME="+home, "XDG_CACHE_HOME="+home, "XDG_RUNTIME_DIR="+home)
		return cmd
	}
	if out, err := code("--install-extension", extension).CombinedOutput(); err != nil || !strings.Contains(string(out), "successfully installed") {
		t.Fatalf("installing the extension: %v\n%s", err, out)
	}
	cmd := code("--auth", "none", "--bind-addr", "127.0.0.1:0", "--disable-telemetry", "--disable-update-check")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it starts others
	out, err := cmd.StdoutPipe()
	if err == nil {
		cmd.Stderr = cmd.Stdout
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
	})
	found, log := make(chan string, 1), bufio.NewScanner(out)
	var said strings.Builder
	go func() {
		listening := regexp.MustCompile(`listening on (http://127\.0\.0\.1:\d+)`)
		for log.Scan() {
			said.WriteString(log.Text() + "\n")
			if m := listening.FindStringSubmatch(log.Text()); m != nil {
				found <- m[1]
				break
			}
		}
		close(found)
		for log.Scan() { // it must not wait for a reader
		}
	}()
	select {
	case address = <-found:
	case <-time.After(2 * time.Minute):
	}
	if address == "" {
		t.Fatalf("VS Code does not start:\n%s", said.String())
	}
	return address
}
