package web

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"syncguard/internal/app"
	"syncguard/internal/guidance"
)

const choicesFile = "../../web/src/make/choices.json"

// TestChoices holds the page's list of devices to the engine's. -update writes it anew.
func TestChoices(t *testing.T) {
	type device struct {
		Platform string   `json:"platform"`
		Name     string   `json:"name"`
		Versions []string `json:"versions"` // newest first
		Ways     []string `json:"ways"`
	}
	type provider struct {
		Name  string `json:"name"`
		Label string `json:"label"`
	}
	var choices struct {
		Devices   []device   `json:"devices"`
		Providers []provider `json:"providers"`
		Languages [][]string `json:"languages"` // tag, name, and title of the page
	}
	all := app.OwnDevices()
	for _, d := range all.Devices {
		of := device{Platform: string(d.Platform), Name: d.Name}
		for _, v := range d.Versions {
			of.Versions = append(of.Versions, v.String())
		}
		for _, w := range d.Ways {
			of.Ways = append(of.Ways, string(w))
		}
		choices.Devices = append(choices.Devices, of)
	}
	for _, p := range all.Providers {
		choices.Providers = append(choices.Providers, provider{p.Name, p.Label})
	}
	for _, l := range guidance.Languages() {
		choices.Languages = append(choices.Languages, []string{l, guidance.In(l).Name, guidance.In(l).Text("keep")})
	}
	want, err := json.MarshalIndent(choices, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(choicesFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(choicesFile); err != nil || string(got) != string(want) {
		t.Errorf("%s is out of date: go test ./internal/web -run TestChoices -update (%v)", choicesFile, err)
	}
}

// For every device, version, way and language that the page offers there is an answer, with steps or a profile for each cause.
func TestMake(t *testing.T) {
	for _, d := range app.OwnDevices().Devices {
		for _, way := range d.Ways {
			for i, version := range d.Versions {
				for j, l := range guidance.Languages() {
					if i > 0 && j > 0 || i > 3 {
						continue // all languages on one version, some versions in one
					}
					target := string(d.Platform) + "@" + version.String() + "/" + string(way)
					params, _ := json.Marshal(MakeParams{Target: target, DNS: "quad9", Exempt: []string{"Büro"}, Language: l})
					made, written := ask[Made](t, "make", string(params), nil)
					if len(made.Causes) != 5 || written[made.Template] == nil {
						t.Errorf("%s: %+v", target, made)
					}
					sets := false
					for _, c := range made.Causes {
						sets = sets || c.Class != "manual" && c.Class != "none"
						if c.Title == "" || c.Class == "manual" && len(c.Steps) == 0 || (c.Class == "enforced" || c.Class == "preset") && len(c.Does) == 0 {
							t.Errorf("%s: %+v", target, c)
						}
					}
					if sets != (made.File != "" || len(made.Declarations) > 0) || made.File != "" && len(written[made.File]) == 0 {
						t.Errorf("%s: %+v, sets %t", target, made, sets)
					}
				}
			}
		}
	}
}

// Names of networks stay what they are, whatever is in them.
func TestMakeExempts(t *testing.T) {
	for _, name := range []string{"Café", `"}]${HOME} #`, "<script>alert(1)</script>", "- a: b", "\u202egnirts", " spaces "} {
		params, _ := json.Marshal(MakeParams{Target: "iOS@26/manual", DNS: "google", Exempt: []string{name, name, ""}, Language: "ja"})
		made, written := ask[Made](t, "make", string(params), nil)
		escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(name)
		if text := string(written[made.File]); strings.Count(text, "<string>"+escaped+"</string>") != 1 || !strings.Contains(text, "iCloud") {
			t.Errorf("%q: %s", name, text)
		}
	}
}

func TestMakeRefuses(t *testing.T) {
	for params, want := range map[string]string{
		`{"target":"iOS@26/manual","language":"xx"}`:                                                             "unknown language",
		`{"target":"iOS@26/nobody","language":"en"}`:                                                             "nobody",
		`{"target":"iOS@26/manual","dns":"x","language":"en"}`:                                                   "unknown DNS provider",
		`{"target":"iOS@26/manual","dns":"google","exempt":["` + strings.Repeat("ü", 17) + `"],"language":"en"}`: "32 bytes",
		`{"target":"iOS@26/manual","dns":"google","exempt":["a\nb"],"language":"en"}`:                            "32 bytes",
	} {
		_, err := engine.Call(t.Context(), Request{Method: "make", Params: []byte(params)})
		if err == nil || !strings.Contains(AsFailure(err).Message+AsFailure(err).Hint, want) {
			t.Errorf("%s: %v", params, err)
		}
	}
}

// The ready-made profiles are what the page makes for the same choices; the page links them by language, provider and file.
func TestReadyMade(t *testing.T) {
	all, err := engine.ReadyMade(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"en/cloudflare/icloud-sync.ios-manual.mobileconfig":      "iOS@26/manual",
		"en/cloudflare/icloud-sync.tvos-supervised.mobileconfig": "tvOS@26/supervised",
		"ja/quad9/icloud-sync.ipados-27-manual.mobileconfig":     "iPadOS@27/manual",
	} {
		language, rest, _ := strings.Cut(name, "/")
		provider, _, _ := strings.Cut(rest, "/")
		params, _ := json.Marshal(MakeParams{Target: target, DNS: provider, Language: language})
		made, written := ask[Made](t, "make", string(params), nil)
		if len(all[name]) == 0 || string(all[name]) != string(written[made.File]) {
			t.Errorf("%s is not what the page makes", name)
		}
	}
}
