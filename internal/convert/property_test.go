package convert_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"syncguard/internal/compose"
	"syncguard/internal/convert"
	"syncguard/internal/diag"
	"syncguard/internal/document"
	"syncguard/internal/lint"
	"syncguard/internal/plist"
	"syncguard/internal/schema"
	"syncguard/internal/secret"
	"syncguard/internal/template"
)

// texts are such that YAML, variables or XML could take them for something else.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"", " ", "yes", "null", "~", "1", "1.0", "0x10", "2027-01-31", "- a", "a: b", "# a", "&a", "*a", "!!str", "<<", "[", "{}", "%", "@", "`",
			"${x}", "$${x}", "$$${x}", "${", "$FLEET_VAR_X", "${FLEET_VAR_X}", "$${FLEET_VAR_X}", "{{x}}", "%HardwareUUID%", "a\nb\n", "\n", "a\n\n", " a\nb", "a\tb",
			"a\r\nb", "\r", "\u0085", "\u2028", "\ufeff", "env:X", "file:/etc/passwd", "C:\\x", "\"", "'", "\U0001F600", "a #b", "|", ">", "---", "...", "a\n# b",
		}),
		rapid.StringOfN(rapid.SampledFrom([]rune("ab ${}:#-'\"\\\n\t.é%@&*![]|>?,~")), 0, 40, -1),
	)
}

func values(depth int) *rapid.Generator[*plist.Value] {
	scalars := []*rapid.Generator[*plist.Value]{
		rapid.Map(texts(), plist.NewString),
		rapid.Map(rapid.Int64(), plist.NewInteger),
		rapid.Map(rapid.Bool(), plist.NewBoolean),
		rapid.Map(rapid.Float64Range(-1e300, 1e300), plist.NewReal),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 1200), plist.NewData),
		rapid.Map(rapid.Int64Range(-60_000_000_000, 250_000_000_000), func(s int64) *plist.Value { return plist.NewDate(time.Unix(s, 0)) }),
	}
	if depth == 0 {
		return rapid.OneOf(scalars...)
	}
	return rapid.OneOf(append(scalars,
		rapid.Map(rapid.SliceOfN(values(depth-1), 0, 3), func(items []*plist.Value) *plist.Value { return plist.NewArray(items...) }),
		dictionaries(depth-1),
	)...)
}

func dictionaries(depth int) *rapid.Generator[*plist.Value] {
	keys := rapid.OneOf(texts(), rapid.SampledFrom([]string{"Password", "SharedSecret", "SSID_STR", "PayloadCertificateUUID", "PayloadOrganization", "PayloadEnabled"}))
	return rapid.Map(rapid.MapOfN(keys, values(depth), 0, 5), func(m map[string]*plist.Value) *plist.Value {
		v := plist.NewDictionary()
		for key, value := range m {
			v.Set(key, value)
		}
		return v
	})
}

func profilesOfAnyKind() *rapid.Generator[*plist.Value] {
	return rapid.Custom(func(t *rapid.T) *plist.Value {
		identity := func(v *plist.Value) *plist.Value {
			for _, key := range []string{"PayloadIdentifier", "PayloadUUID", "PayloadDisplayName", "PayloadDescription"} {
				if rapid.Bool().Draw(t, key) {
					v.Set(key, rapid.OneOf(values(0), rapid.Map(rapid.StringMatching(`[a-z]{1,5}(\.[a-z]{1,5}){1,3}`), plist.NewString)).Draw(t, key))
				}
			}
			return v.Set("PayloadVersion", rapid.OneOf(rapid.Just(plist.NewInteger(1)), values(0)).Draw(t, "version"))
		}
		root := identity(dictionaries(2).Draw(t, "top level"))
		content := plist.NewArray()
		for range rapid.IntRange(0, 3).Draw(t, "payloads") {
			p := identity(dictionaries(3).Draw(t, "payload"))
			p.Set("PayloadType", plist.NewString(rapid.SampledFrom([]string{
				"com.apple.wifi.managed", "com.apple.security.pkcs12", "com.apple.dnsSettings.managed", "com.acme.app", "com.apple.profileRemovalPassword",
				"com.apple.MCX.FileVault2", ".GlobalPreferences", "com.apple.declarations",
			}).Draw(t, "type")))
			content.Items = append(content.Items, p)
		}
		return root.Set("PayloadType", plist.NewString("Configuration")).Set("PayloadContent", content)
	})
}

// Any profile becomes a template that builds the same content, and no secret stands in it.
func TestBuildsTheSameContent(t *testing.T) {
	catalog := schema.Embedded()
	d := convert.New(catalog)
	rapid.Check(t, func(t *rapid.T) {
		root := profilesOfAnyKind().Draw(t, "profile")
		written, err := plist.Write(root)
		if err != nil {
			t.Skip("no property list can hold it")
		}
		doc, found := document.Open(diag.NewFile("p.mobileconfig", written))
		if diag.HasErrors(found) {
			t.Fatal(found)
		}
		secret.Mark(doc.Root)
		made, err := d.Template(doc, convert.Options{Source: "p.mobileconfig", Name: "p", SeparateFiles: rapid.Bool().Draw(t, "beside")})
		if err != nil || len(made.Differences) > 0 {
			t.Fatalf("%v, %v, want the same content\n%s\n%s", err, made.Differences, written, made.Text)
		}
		again, err := d.Template(doc, convert.Options{Source: "p.mobileconfig", Name: "p", SeparateFiles: len(made.Files) > 0})
		if err != nil || string(again.Text) != string(made.Text) {
			t.Fatalf("%v, and another text than before:\n%s\n%s", err, made.Text, again.Text)
		}
		if built := build(t, catalog, made); !plist.Equal(built, doc.Root) {
			t.Fatalf("the built profile differs\n%s\n%s", written, made.Text)
		}
	})
}

// build builds a template as the command does, from its text, its files and its secrets alone.
func build(t *rapid.T, catalog *schema.Catalog, made *convert.Template) *plist.Value {
	files := map[string]string{}
	for _, f := range made.Files {
		files[f.Name] = string(f.Data)
	}
	lookup := func(name string) (string, bool) {
		for _, s := range made.Secrets {
			if s.Environment == name {
				return s.Text(), true
			}
		}
		return "", false
	}
	spec, found, err := (&template.Loader{Root: folderOf(files), Env: lookup}).Load(template.Input{Name: "p.yaml", Data: made.Text})
	if err != nil || diag.HasErrors(found) {
		t.Fatalf("%v %v\n%s", err, found, made.Text)
	}
	result, err := compose.Compose(spec, spec.Targets[0].Value, catalog, lint.Options{})
	if err != nil || diag.HasErrors(result.Findings) {
		t.Fatalf("%v %v\n%s", err, result, made.Text)
	}
	return result.Root
}

func TestHoldsNoSecret(t *testing.T) {
	d := convert.New(schema.Embedded())
	rapid.Check(t, func(t *rapid.T) {
		password := "hunter" + rapid.StringMatching(`[a-z]{12}`).Draw(t, "secret")
		root := profilesOfAnyKind().Draw(t, "profile")
		content := root.Get("PayloadContent")
		content.Items = append(content.Items, plist.NewDictionary().Set("PayloadType", plist.NewString("com.apple.wifi.managed")).
			Set(rapid.SampledFrom([]string{"Password", "PayloadPSK", "api_token"}).Draw(t, "key"), plist.NewString(password)))
		written, err := plist.Write(root)
		if err != nil {
			t.Skip("no property list can hold it")
		}
		doc, _ := document.Open(diag.NewFile("p.mobileconfig", written))
		secret.Mark(doc.Root)
		made, err := d.Template(doc, convert.Options{Source: "p.mobileconfig", Name: "p"})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(made.Text)+strings.Join(append(made.Notes, made.Differences...), ""), password) {
			t.Fatalf("the secret stands in it:\n%s", made.Text)
		}
	})
}
