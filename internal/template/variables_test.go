package template

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// withKeys is a template with one payload and some variables.
func withKeys(keys, variables string) string {
	return organization + "payloads: [{id: p, type: com.x, keys: {" + keys + "}}]\nvariables: {" + variables + "}\n"
}

func TestVariableFindings(t *testing.T) {
	tests := []struct {
		name, text string
		set        []string
		want       []string
	}{
		{"misspelt", withKeys(`a: "x ${nme} y"`, "name: v"), nil, []string{
			`2:46-2:52 error undeclared-variable: variable "nme" is not declared (did you mean "name"?)`,
			`3:13-3:17 warning unused-variable: variable "name" is not used (remove it, or write ${name} where its value belongs)`}},
		{"second of two", withKeys(`a: "${n} ä ${zz}"`, "n: v"), nil, []string{
			`2:51-2:56 error undeclared-variable: variable "zz" is not declared (declare it under variables, or write $${zz} for the literal text)`}},
		{"unset", withKeys(`a: "${n}"`, "n: {type: integer}"), nil, []string{
			`3:13-3:14 error unset-variable: variable "n" has no value (add --set n=VALUE, or a default)`}},
		{"empty default", withKeys(`a: "${n}"`, "n: "), nil, []string{
			`3:13-3:14 error unset-variable: variable "n" has no value (add --set n=VALUE, or a default)`}},
		{"undeclared but set", withKeys(`a: 1`, ""), []string{"n=1"}, []string{
			`- error undeclared-variable: --set sets variable "n", but the template does not declare it (declare it under variables)`}},
		{"no assignment", withKeys(`a: 1`, ""), []string{"hunter2"}, []string{
			`- error invalid-variable: invalid --set number 1, want name=value`}},
		{"wrong type", withKeys(`a: "${n}"`, "n: {type: integer}"), []string{"n=five"}, []string{
			`- error wrong-variable-type: variable "n" is "five" (from --set), want an integer`}},
		{"wrong type of default", withKeys(`a: "${n}"`, "n: {type: boolean, default: 5}"), nil, []string{
			`3:41-3:42 error wrong-variable-type: the default of variable "n" is 5, want a boolean`}},
		{"type of the default", withKeys(`a: "${n}"`, "n: true"), []string{"n=yes"}, []string{
			`- error wrong-variable-type: variable "n" is "yes" (from --set), want a boolean`}},
		{"recursive", withKeys(`a: "${n}"`, `n: "x${m}", m: y`), nil, []string{
			`3:16-3:23 error recursive-variable: the default of variable "n" uses ${m}, want a default without variables (use both variables where the value is needed)`,
			`3:25-3:26 warning unused-variable: variable "m" is not used (remove it, or write ${m} where its value belongs)`}},
		{"malformed", withKeys(`a: "${a b} ${"`, ""), nil, []string{
			`2:44-2:50 error invalid-variable: "${a b}" is not a variable, want ${name} (write $${ for a literal ${)`,
			`2:51-2:53 error invalid-variable: "${" is not a variable, want ${name} (write $${ for a literal ${)`}},
		{"name", withKeys(`a: 1`, `"x y": 1`), nil, []string{
			`3:13-3:18 error invalid-variable: invalid variable name "x y", want a letter or _, then letters, digits, - and _`}},
		{"secret with default", withKeys(`a: "${n}"`, `n: {secret: "env:TOKEN", default: hunter2}`), nil, []string{
			`3:47-3:54 error default-of-secret: secret variable "n" has a default, want none (remove the default)`}},
		{"bad reference", withKeys(`a: "${n}"`, `n: {secret: TOKEN}`), nil, []string{
			`3:25-3:30 error invalid-template-value: "variables.n.secret" is "TOKEN", want env:NAME or file:PATH`,
			`3:25-3:30 error unreadable-reference: file "TOKEN" for variable "n" cannot be read: no such file`}},
		{"environment", withKeys(`a: "${n}"`, `n: {secret: "env:NOPE"}`), nil, []string{
			`3:25-3:35 error unreadable-reference: environment variable "NOPE" for variable "n" is not set`}},
		{"reference of the wrong type", withKeys(`a: "${n}"`, `n: {secret: "env:TOKEN", type: integer}`), nil, []string{
			`3:13-3:14 error wrong-variable-type: variable "n" is a secret string (from its reference), want an integer`}},
		{"plain password", withKeys(`Password: hunter2`, ""), nil, []string{
			`2:50-2:57 warning plain-text-secret: "payloads[0].keys.Password" is a secret in plain text (declare a variable with secret: env:NAME and write ${name} here)`}},
		{"password of the server", withKeys(`Password: $PASSWORD_X, UserPassword: "{{pw}}"`, ""), nil, []string{
			`2:50-2:61 warning plain-text-secret: "payloads[0].keys.Password" is a secret in plain text (declare a variable with secret: env:NAME and write ${name} here)`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, found := loadText(t, test.text, test.set...)
			expect(t, found, test.want...)
		})
	}
}

func TestVariableTypes(t *testing.T) {
	text := withKeys(`i: "${i}", r: "${r}", b: "${b}", d: "${d}", s: "${s}", t: "${i}/${r}/${b}/${d}", q: "$${i}${i}$"`,
		"i: {type: integer}, r: {type: real, default: 2}, b: {type: boolean}, d: {type: date}, s: {}")
	spec, found := loadText(t, text, "i=0x10", "b=false", "d=2027-02-03", "s=old", "s=a: [b]\n- c")
	expect(t, found)
	var got []string
	for _, f := range spec.Payloads[0].Keys.Fields {
		got = append(got, f.Key+" "+f.Value.Kind.String()+" "+f.Value.Describe())
	}
	want := "i integer 16; r real 2; b boolean false; d date 2027-02-03T00:00:00Z; s string \"a: [b]\\n- c\"; " +
		"t string \"16/2/false/2027-02-03T00:00:00Z\"; q string \"${i}16$\""
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
}

func TestPrecedence(t *testing.T) {
	text := withKeys(`a: "${a}"`, `a: {default: by-default}`)
	secret := withKeys(`a: "${a}"`, `a: {secret: "env:TOKEN"}`)
	one, two := diag.NewFile("one.yaml", []byte("a: by-one\n")), diag.NewFile("two.yaml", []byte("a: by-two\n"))
	tests := []struct {
		text   string
		vars   []*diag.File
		set    []string
		want   string
		secret bool
	}{
		{text, nil, nil, "by-default", false},
		{text, []*diag.File{one}, nil, "by-one", false},
		{text, []*diag.File{one, two}, nil, "by-two", false},
		{text, []*diag.File{one, two}, []string{"a=1", "a=by-set"}, "by-set", false},
		{text, nil, []string{"a=env:TOKEN"}, "env-secret-77", true},
		{text, nil, []string{"a=file:secret.txt"}, "file secret\n", true},
		{secret, nil, nil, "env-secret-77", true},
		{secret, []*diag.File{one}, nil, "by-one", true},
		{secret, nil, []string{"a=by-set"}, "by-set", true},
		{secret, nil, []string{"a=env:EMPTY"}, "", true},
	}
	for _, test := range tests {
		files := map[string]string{"t.yaml": test.text, "secret.txt": "file secret\n\r\n"}
		spec, found := loadFiles(t, files, Input{Name: "t.yaml", Vars: test.vars, Set: test.set})
		expect(t, found)
		got := spec.Payloads[0].Keys.Get("a")
		if got.Text != test.want || got.Secret != test.secret || spec.HasSecrets() != test.secret {
			t.Errorf("%v: got %q, secret %t, want %q, secret %t", test.set, got.Text, got.Secret, test.want, test.secret)
		}
	}
}

func TestVarsFileFindings(t *testing.T) {
	tests := []struct{ name, vars, want string }{
		{"undeclared", "b: 1\n", `1:1-1:2 warning undeclared-variable: v.yaml sets variable "b", but the template does not declare it (declare it under variables)`},
		{"list", "- hunter2\n", `1:1-1:1 error wrong-template-type: the variables file is a list, want a mapping of names to values`},
		{"wrong kind", "a: 5\n", `1:1-1:2 error wrong-variable-type: variable "a" is 5 (from v.yaml), want a string`},
		{"mapping", "a: {x: y}\n", `1:1-1:2 error wrong-variable-type: variable "a" is a mapping (from v.yaml), want a string`},
		{"null", "a:\n", `1:1-1:2 error wrong-variable-type: variable "a" is empty (from v.yaml), want a string`},
		{"alias", "a: *hunter2\n", `1:4-1:5 error invalid-yaml: invalid YAML in the variables file (put the value in quotes)`},
		{"missing file", "a: file:nope\n", `1:1-1:2 error unreadable-reference: file "nope" for variable "a" cannot be read: no such file`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{"t.yaml": withKeys(`a: "${a}"`, `a: x`)}
			_, found := loadFiles(t, files, Input{Name: "t.yaml", Vars: []*diag.File{diag.NewFile("v.yaml", []byte(test.vars))}})
			expect(t, found, test.want)
			for _, d := range found {
				if strings.Contains(string(d.Span.File.Data), "hunter2") {
					t.Errorf("the excerpt shows the value: %s", d.Span.File.Data)
				}
			}
		})
	}
}

// TestSecretsStayHidden puts a secret where it causes every kind of mistake, and looks for it in all that is shown.
func TestSecretsStayHidden(t *testing.T) {
	const canary = "CANARY-5ee7"
	bodies := []string{
		`organization: {name: "${s}", identifier: "${s}!"}`,
		`profile: {scope: "${s}", expires: "${s}", removal: {after: "${s}", disallowed: "${s}"}, consent: {de: "${s}"}}`,
		`targets: ["${s}", "${s}", "iOS/${s}"]`,
		`prevention: {dns: {provider: "${s}", addresses: ["${s}"]}, storage: "${s}"}`,
		`payloads: [{id: "${s}", type: "a b ${s}", uuid: "${s}", targets: ["${s}"], keys: {a: {$file: "${s}"}, b: {$text: "x${s}"}, c: {$file: [1]}}}]`,
		`payloads: [{id: a, type: b, keys: {Password: "` + canary + `", k: {UserPassword: "` + canary + `", b: ~}}}]`,
		`profile: {removal: {passcode: "` + canary + `", disallowed: [` + "`" + `]}}`,
		`profile: {scope: x, removal: {passcode: "` + canary + `"}}`,
	}
	sources := []Input{
		{Set: []string{"s=env:CANARY"}},
		{Set: []string{"s=file:canary"}},
		{Vars: []*diag.File{diag.NewFile("v.yaml", []byte("s: env:CANARY\nother: "+canary+"\n"))}},
		{Vars: []*diag.File{diag.NewFile("v.yaml", []byte("s: "+canary+"\n"))}},
		{},
	}
	loader := &Loader{
		Root:     fstest.MapFS{},
		Env:      func(string) (string, bool) { return canary, true },
		ReadFile: func(string) ([]byte, error) { return []byte(canary), nil },
	}
	for _, body := range bodies {
		for _, in := range sources {
			in.Name, in.Data = "t.yaml", []byte(body+"\nvariables: {s: {secret: \"env:X\"}}\n")
			spec, found, err := loader.Load(in)
			if err != nil {
				t.Fatal(err)
			}
			// A file that is not YAML at all cannot be masked; its messages must still be clean.
			malformed := strings.Contains(body, "`")
			for _, d := range found {
				text := fmt.Sprint(d.Message, d.Help, d.Path, d.Related)
				if d.Span.File != nil && !malformed {
					text += string(d.Span.File.Data)
				}
				if strings.Contains(text, canary) {
					t.Errorf("%s\nshows the secret: %s: %s%s", body, d.Rule, d.Message, d.Help)
				}
			}
			if s := fmt.Sprintf("%v %+v", spec, spec); spec != nil && strings.Contains(s, canary) {
				t.Errorf("printing the Spec shows the secret: %s", s)
			}
		}
	}
}

func TestSecretEntriesPrintNothing(t *testing.T) {
	e := Entry[string]{Value: "CANARY", Secret: true}
	asJSON, err := json.Marshal(map[string]any{"e": e})
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%v %+v %#v %s %q %s", e, e, e, e, e, asJSON); strings.Contains(s, "CANARY") {
		t.Error(s)
	}
}

// shapeOf writes down the structure of a tree without its texts.
func shapeOf(v *plist.Value) string {
	var b strings.Builder
	switch v.Kind {
	case plist.Dictionary:
		for _, f := range v.Fields {
			fmt.Fprintf(&b, "%q:%s,", f.Key, shapeOf(f.Value))
		}
		return "{" + b.String() + "}"
	case plist.Array:
		for _, item := range v.Items {
			b.WriteString(shapeOf(item) + ",")
		}
		return "[" + b.String() + "]"
	}
	return v.Kind.String()
}

// TestValuesNeverChangeStructure holds for any text that an operator or a file gives a variable.
func TestValuesNeverChangeStructure(t *testing.T) {
	text := withKeys(`a: "${v}", b: ["x${v}y", {c: "${v}${v}"}], d: "$${v}"`, "v: {}")
	hostile := []string{"x</string><key>a</key>", "a: b\n- c", "${v}", "$${", "{{x}}", "{$file: /etc/passwd}", "&a [*a]", "\x00", "!!int 5", "null", "~"}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.String(), rapid.SampledFrom(hostile)).Draw(t, "value")
		if strings.HasPrefix(value, "env:") || strings.HasPrefix(value, "file:") {
			t.Skip("a reference")
		}
		spec, found, err := (&Loader{}).Load(Input{Name: "t", Data: []byte(text), Set: []string{"v=" + value}})
		if err != nil || len(found) > 0 {
			t.Fatal(err, show(found))
		}
		keys := spec.Payloads[0].Keys
		want := `{"a":string,"b":[string,{"c":string,},],"d":string,}`
		if got := shapeOf(keys); got != want {
			t.Fatalf("structure is %s", got)
		}
		if got := keys.Get("a").Text + keys.Get("b").Items[0].Text + keys.Get("d").Text; got != value+"x"+value+"y${v}" {
			t.Fatalf("text is %q", got)
		}
	})
}

func TestTemplateReferencesStayInside(t *testing.T) {
	folder := t.TempDir()
	outside := filepath.Join(folder, "outside.txt")
	inside := filepath.Join(folder, "in")
	for _, err := range []error{
		os.WriteFile(outside, []byte("OUTSIDE"), 0o600), os.MkdirAll(filepath.Join(inside, "sub"), 0o700),
		os.WriteFile(filepath.Join(inside, "ok.txt"), []byte("INSIDE"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(inside, "link.txt")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	root, err := os.OpenRoot(inside)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, allowed := range map[string]bool{
		"../ok.txt": true, "../sub/../ok.txt": true, "../../outside.txt": false, "../../in/ok.txt": false, "../link.txt": false,
		"/etc/hostname": false, "C:/x": false, "c:x": false, `..\ok.txt`: false, "..": false, ".": false, "../sub": false, "nul\x00l": false,
		"//host/x": false, "": false,
	} {
		t.Run(name, func(t *testing.T) {
			quoted := fmt.Sprintf("%q", name)
			template := organization + "extends: " + quoted + "\npayloads: [{id: p, type: com.x, keys: {f: {$file: " + quoted + "}, s: \"${s}\"}}]\n" +
				"variables: {s: {secret: " + fmt.Sprintf("%q", "file:"+name) + "}}\n"
			if err := os.WriteFile(filepath.Join(inside, "sub", "t.yaml"), []byte(template), 0o600); err != nil {
				t.Fatal(err)
			}
			_, found, err := (&Loader{Root: root.FS()}).Load(Input{Name: "sub/t.yaml"})
			if err != nil {
				t.Fatal(err)
			}
			refused := map[string]bool{}
			for _, d := range found {
				refused[d.Rule] = true
				if strings.Contains(d.Message, "OUTSIDE") {
					t.Errorf("the message shows the file: %s", d.Message)
				}
			}
			if refused["unreadable-file"] == allowed || refused["unreadable-reference"] == allowed && name != "" {
				t.Errorf("allowed %t, but findings are %q", allowed, show(found))
			}
			if !allowed && name != "" && !refused["unreadable-template"] {
				t.Errorf("extends was followed: %q", show(found))
			}
		})
	}
}

func TestOperatorReferences(t *testing.T) {
	loader := &Loader{ReadFile: func(path string) ([]byte, error) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("permission denied")}
	}}
	in := Input{Name: "t", Data: []byte(withKeys(`a: "${a}"`, "a: {}")), Set: []string{"a=file:/run/secret"}}
	_, found, err := loader.Load(in)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, found, `- error unreadable-reference: file "/run/secret" for variable "a" cannot be read: permission denied`)
}
