package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// toolCall is a call of a tool of mcp.
type toolCall struct {
	Name      string `json:"name"`
	Arguments any    `json:"arguments"`
}

// askTools runs mcp in the current folder with calls, and returns all that comes out, and the texts of the answers.
func askTools(t *testing.T, calls ...toolCall) (output string, answers []string) {
	t.Helper()
	var in, out, errs bytes.Buffer
	send := func(id int, method string, params any) {
		message := map[string]any{"jsonrpc": "2.0", "method": method, "params": params}
		if id > 0 {
			message["id"] = id
		}
		if err := json.NewEncoder(&in).Encode(message); err != nil {
			t.Fatal(err)
		}
	}
	send(len(calls)+1, "initialize", map[string]any{"protocolVersion": "2025-11-25", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "test", "version": "1"}})
	send(0, "notifications/initialized", map[string]any{})
	for i, c := range calls {
		send(i+1, "tools/call", c)
	}
	env := &Env{Stdin: &in, Stdout: &out, Stderr: &errs, Now: time.Now}
	if code := Main(t.Context(), env, []string{"mcp", "--root", "."}, "test"); code != exitOK {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	answers = make([]string, len(calls))
	for line := range strings.Lines(out.String()) {
		var m struct {
			ID     int
			Result struct{ Content []struct{ Text string } }
		}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if m.ID >= 1 && m.ID <= len(calls) && len(m.Result.Content) == 1 {
			answers[m.ID-1] = m.Result.Content[0].Text
		}
	}
	return out.String() + errs.String(), answers
}

// No tool shows a secret, of a file or of a text.
func TestCanariesInAnswers(t *testing.T) {
	t.Chdir(t.TempDir())
	profile, other := canaryProfile(t, "", false, ""), canaryProfile(t, " and another", false, "")
	names := map[string][]byte{
		"a.mobileconfig": profile, "b.mobileconfig": other, "oneline.mobileconfig": bytes.ReplaceAll(profile, []byte("\t"), nil), "cut.mobileconfig": profile[:len(profile)*2/3],
		"broken.mobileconfig": bytes.Replace(profile, []byte("<integer>1</integer>"), []byte("<integer>one</integr>"), 1), "sound.mobileconfig": canaryProfile(t, "", true, ""),
		"c.json": canaryDeclaration(t), "t.yaml": canaryTemplate(t),
	}
	var calls []toolCall
	for name, data := range names {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, content := range []map[string]any{{"paths": []string{name}}, {"text": string(data)}} {
			calls = append(calls, toolCall{"check_profile", content}, toolCall{"coverage", content})
		}
		calls = append(calls, toolCall{"compare_profiles", map[string]any{"oldPath": name, "newPath": "b.mobileconfig"}}, toolCall{"compare_profiles", map[string]any{"oldText": string(other), "newText": string(data)}},
			toolCall{"check_profile", map[string]any{"text": map[string]any{"Password": string(data)}}}, toolCall{"explain", map[string]any{"name": string(data)}}, toolCall{"draft_template", map[string]any{"organization": string(data), "identifier": "com.acme"}})
	}
	output, answers := askTools(t, calls...)
	if n := strings.Count(strings.Join(answers, ""), "A label that stays"); n == 0 {
		t.Error("what is no secret is not shown")
	}
	for _, c := range canaries() {
		expectNoCanary(t, "mcp", output, encodings(c.core))
	}
}

// assistantTranscript is the conversation in docs/mcp.md: the calls of an assistant, and the texts that it gets.
func assistantTranscript(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("testdata/shared/mcp")); err != nil {
		t.Fatal(err)
	}
	calls := []toolCall{
		{"check_profile", map[string]any{"paths": []string{"ipads.mobileconfig"}, "targets": []string{"iOS@18/manual"}}},
		{"coverage", map[string]any{"paths": []string{"ipads.mobileconfig"}, "targets": []string{"iOS@18/manual", "iOS@18/supervised"}, "explain": "forceAutomaticDateAndTime"}},
	}
	back, err := os.Getwd()
	if err == nil {
		err = os.Chdir(folder)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, answers := askTools(t, calls...)
	if err := os.Chdir(back); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, c := range calls {
		arguments, err := json.Marshal(c.Arguments)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "The assistant calls `%s`:\n\n```json\n%s\n```\n\nand gets:\n\n```\n", c.Name, arguments)
		for line := range strings.Lines(answers[i]) {
			b.WriteString(foldLine(strings.TrimRight(line, "\n")))
		}
		b.WriteString("```\n\n")
	}
	return strings.TrimSuffix(b.String(), "\n\n")
}

// foldLine breaks a line for a page of at most 110 columns.
func foldLine(line string) string {
	folded := ""
	for len(line) > 110 {
		i := strings.LastIndexByte(line[:110], ' ')
		if i <= len("    ") { // one long word
			break
		}
		folded, line = folded+strings.TrimRight(line[:i], " ")+"\n", "    "+line[i+1:]
	}
	return folded + line + "\n"
}
