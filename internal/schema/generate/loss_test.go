package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v4"

	"syncguard/internal/schema"
)

// sourceData returns the folder of schema sources, or skips the test.
func sourceData(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("SYNCGUARD_DATA")
	if folder == "" {
		t.Skip("SYNCGUARD_DATA names no folder with schema sources")
	}
	return folder
}

// facts are what a schema states, by path and attribute: DNSSettings/ServerURL and type. The path of the payload is empty.
type facts map[string]map[string]string

func (f facts) set(path, attribute, value string) {
	if f[path] == nil {
		f[path] = map[string]string{}
	}
	f[path][attribute] = value
}

// losses are attributes that the catalog leaves out on purpose.
var losses = map[string]string{
	"title":             "prose",
	"content":           "prose",
	"behavior":          "prose",
	"presence=optional": "as good as not stated",
	"introduced=all":    "names no version",
	"beta=true":         "kept with each platform",
}

// renamed lists the files whose name the newer source changed.
var renamed = map[string]string{"com.apple.MCX(Mobililty).yaml": "com.apple.MCX(Mobility).yaml"}

// mended are the paths that corrections move.
var mended = map[string]string{
	"TopLevel:ConsentText/ConsentTextItem":           "",
	"TopLevel:ConsentText/ConsentTextItem/ANY":       "ConsentText/ANY",
	"com.apple.mcxprinting:UserPrinterList/Printer/": "UserPrinterList/ANY/",
	"com.apple.mcxprinting:UserPrinterList/Printer":  "UserPrinterList/ANY",

	"com.apple.extensiblesso(kerberos):ExtensionData/domainRealmMapping/Realm":  "ExtensionData/domainRealmMapping/ANY",
	"com.apple.extensiblesso(kerberos):ExtensionData/domainRealmMapping/Realm/": "ExtensionData/domainRealmMapping/ANY/",
}

// sourcesFolder holds the facts of this repository's own.
const sourcesFolder = "../sources"

// TestNothingIsLost compares the embedded catalog with the sources, fact by fact, without the importer's help. Without
// SYNCGUARD_DATA it compares the facts of this repository alone.
func TestNothingIsLost(t *testing.T) {
	sources, partial := sourceFacts(t, os.Getenv("SYNCGUARD_DATA"))
	counts := map[string]int{}
	stated := 0
	for id, source := range sources {
		x := typeOf(t, id)
		if x == nil {
			t.Errorf("%s is not in the catalog: run make generate", id)
			continue
		}
		stated += compareFacts(t, id, source, factsOf(x), counts, partial[id])
	}
	t.Logf("%d types, %d facts compared", len(sources), stated)
	for _, loss := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("left out %d times: %s, %s", counts[loss], loss, losses[loss])
	}
}

func compareFacts(t *testing.T, id string, source, catalog facts, counts map[string]int, partial bool) (stated int) {
	for path, attributes := range source {
		to := mend(id, path)
		for attribute, value := range attributes {
			last := attribute[strings.LastIndex(attribute, ".")+1:]
			if _, known := losses[last]; known {
				counts[last]++
				continue
			}
			if _, known := losses[last+"="+value]; known {
				counts[last+"="+value]++
				continue
			}
			if path != to && (to == "" || attribute == "key" && (value == "Printer" || value == "Realm")) {
				continue // what the correction changes
			}
			stated++
			if got, ok := catalog[to][attribute]; !ok {
				t.Errorf("%s: %s: %s = %s is lost", id, path, attribute, value)
			} else if got != value {
				t.Errorf("%s: %s: %s is %s, not %s", id, path, attribute, value, got)
			}
			delete(catalog[to], attribute)
		}
	}
	if partial {
		return stated
	}
	for path, attributes := range catalog {
		if attributes["dropped"] != "" || attributes["community"] != "" {
			continue
		}
		delete(attributes, "beta")
		for attribute, value := range attributes {
			if !strings.HasPrefix(path, "ConsentText/ANY") && path != "VendorConfig/ANY" && !(attribute == "key" && value == schema.Any) {
				t.Errorf("%s: %s: %s = %s is in no source", id, path, attribute, value)
			}
		}
	}
	return stated
}

func mend(id, path string) string {
	for from, to := range mended {
		if id+":"+path == from {
			return to
		}
		if rest, ok := strings.CutPrefix(id+":"+path, from); ok && strings.HasSuffix(from, "/") {
			return to + rest
		}
	}
	return path
}

var catalog = sync.OnceValue(schema.Embedded)

func typeOf(t *testing.T, id string) *schema.Type {
	t.Helper()
	c := catalog()
	entries, err := c.Entries()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.ID == id && e.Family != schema.Preferences {
			x, err := c.Type(e.ID, e.Family)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
	}
	return nil
}

// sourceFacts reads the facts of each type: those of this repository, or else those of the checkout below data. Without data, the
// types known in part only are named.
func sourceFacts(t *testing.T, data string) (sources map[string]facts, partial map[string]bool) {
	t.Helper()
	own := filepath.Join(sourcesFolder, "apple")
	sources, partial = map[string]facts{}, map[string]bool{}
	if data != "" {
		sources = readFolders(t, filepath.Join(data, "apple-device-management"))
	}
	maps.Copy(sources, readFolders(t, own))
	get := func(id string) facts {
		if sources[id] == nil {
			sources[id], partial[id] = facts{}, true
		}
		return sources[id]
	}
	applyDelta(t, get("com.apple.applicationaccess"), filepath.Join(own, "mdm/profiles/com.apple.applicationaccess.delta.yaml"))
	applyLifecycles(t, get, filepath.Join(own, "payload-lifecycle.csv"))
	return sources, partial
}

// readFolders reads the facts of each type: those of the last folder that has it.
func readFolders(t *testing.T, roots ...string) map[string]facts {
	t.Helper()
	sources := map[string]facts{}
	for _, root := range roots {
		for _, folder := range []string{"mdm/profiles", "declarative/declarations"} {
			err := filepath.WalkDir(filepath.Join(root, folder), func(name string, entry os.DirEntry, err error) error {
				if err == nil && filepath.Ext(name) == ".yaml" && !strings.HasSuffix(name, ".delta.yaml") {
					id, f := readSource(t, name)
					sources[id] = f
				}
				return err
			})
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
	return sources
}

// TestStatusItemsAreThoseOfTheTable compares the status items of the catalog with their table, column by column.
func TestStatusItemsAreThoseOfTheTable(t *testing.T) {
	file, err := os.Open(filepath.Join(sourcesFolder, "apple/status-items.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	items := factsOf(typeOf(t, schema.StatusItemsID))
	if len(items) != len(rows)-1 {
		t.Errorf("%d items, want %d", len(items), len(rows)-1)
	}
	for _, row := range rows[1:] {
		item := items[row[0]]
		want := map[string]string{"key": row[0], "type": "<" + row[1] + ">", "rangelist": ""}
		if row[2] != "" {
			want["rangelist"] = fmt.Sprintf("%q", strings.Split(row[2], "|"))
		}
		for on := range strings.SplitSeq(row[3], "; ") {
			platform, version, _ := strings.Cut(on, " ")
			at := "supportedOS." + platform + "."
			want[at+"introduced"] = canonical("introduced", version)
			for _, enrollment := range []string{"supervised", "device", "user", "local"} {
				column := row[slices.Index(rows[0], enrollment)]
				if strings.Contains(item[at+"allowed-enrollments"], strconv.Quote(enrollment)) != strings.Contains(column, platform) {
					t.Errorf("%s on %s: enrollments are %s, the table has %s in %s", row[0], platform, item[at+"allowed-enrollments"], enrollment, column)
				}
			}
			for i, scope := range []string{"system", "user"} {
				column := row[8+i]
				if strings.Contains(item[at+"allowed-scopes"], strconv.Quote(scope)) != strings.Contains(column, platform) {
					t.Errorf("%s on %s: scopes are %s, the table has %s in %s", row[0], platform, item[at+"allowed-scopes"], scope, column)
				}
				if platform == "iOS" && strings.Contains(item[at+"sharedipad.allowed-scopes"], strconv.Quote(scope)) != strings.Contains(column, "Shared iPad") {
					t.Errorf("%s on Shared iPad: scopes are %s, the table has %s in %s", row[0], item[at+"sharedipad.allowed-scopes"], scope, column)
				}
			}
		}
		for attribute, value := range want {
			if item[attribute] != value {
				t.Errorf("%s: %s is %q, want %q", row[0], attribute, item[attribute], value)
			}
		}
	}
}

func readMapping(t *testing.T, name string) *yaml.Node {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var document yaml.Node
	if err := yaml.Load(data, &document); err != nil {
		t.Fatal(err)
	}
	return document.Content[0]
}

func readSource(t *testing.T, name string) (string, facts) {
	t.Helper()
	f := facts{}
	var id string
	each(readMapping(t, name), func(field string, value *yaml.Node) {
		switch field {
		case "payload":
			each(value, func(attribute string, value *yaml.Node) {
				if strings.HasSuffix(attribute, "type") {
					id = value.Value
				} else {
					flatten(f, "", attribute, value)
				}
			})
		case "payloadkeys":
			flattenKeys(f, "", value, nil)
		}
	})
	stem := filepath.Base(name)
	if to, ok := renamed[stem]; ok {
		stem = to
	}
	if _, part, ok := strings.Cut(strings.TrimSuffix(stem, ".yaml"), "("); ok {
		id += "(" + part
	}
	if id == "any" {
		id = "DeclarationBase"
	}
	return id, f
}

func each(mapping *yaml.Node, show func(name string, value *yaml.Node)) {
	for i := 0; i < len(mapping.Content); i += 2 {
		value := mapping.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		show(mapping.Content[i].Value, value)
	}
}

func flattenKeys(f facts, parent string, list *yaml.Node, above []*yaml.Node) {
	if slices.Contains(above, list) {
		return
	}
	for i, item := range list.Content {
		name := "#" + strconv.Itoa(i)
		each(item, func(field string, value *yaml.Node) {
			if field == "key" {
				name = value.Value
			}
		})
		path := strings.TrimPrefix(parent+"/"+name, "/")
		each(item, func(field string, value *yaml.Node) {
			if field == "subkeys" {
				flattenKeys(f, path, value, append(above, list))
			} else {
				flatten(f, path, field, value)
			}
		})
	}
}

func flatten(f facts, path, attribute string, n *yaml.Node) {
	switch n.Kind {
	case yaml.ScalarNode:
		f.set(path, attribute, canonical(attribute, n.Value))
	case yaml.SequenceNode:
		var list []string
		for _, item := range n.Content {
			list = append(list, canonical(attribute, item.Value))
		}
		f.set(path, attribute, fmt.Sprintf("%q", list))
	case yaml.MappingNode:
		each(n, func(name string, value *yaml.Node) { flatten(f, path, attribute+"."+name, value) })
	}
}

// canonical writes versions and numbers in one way.
func canonical(attribute, value string) string {
	switch last := attribute[strings.LastIndex(attribute, ".")+1:]; last {
	case "introduced", "deprecated", "removed":
		return strings.TrimSuffix(value, ".0")
	case "min", "max", "default", "rangelist":
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			return strconv.FormatFloat(n, 'g', -1, 64)
		}
	}
	return value
}

func applyDelta(t *testing.T, f facts, name string) {
	t.Helper()
	each(readMapping(t, name), func(section string, value *yaml.Node) {
		switch section {
		case "payload":
			each(value, func(attribute string, value *yaml.Node) {
				if attribute == "supportedOS" {
					flatten(f, "", attribute, value)
				}
			})
		case "added":
			flattenKeys(f, "", value, nil)
		case "changed", "removed":
			changes := facts{}
			flattenKeys(changes, "", value, nil)
			for path, attributes := range changes {
				if f[path] == nil {
					f[path] = map[string]string{}
				}
				replaceFacts(f[path], attributes)
			}
		}
	})
}

// replaceFacts puts the facts of the platforms that a change names in the place of the old ones.
func replaceFacts(old, changes map[string]string) {
	for attribute := range changes {
		if parts := strings.Split(attribute, "."); parts[0] == "supportedOS" {
			prefix := parts[0] + "." + parts[1] + "."
			maps.DeleteFunc(old, func(a, _ string) bool { return strings.HasPrefix(a, prefix) })
		}
	}
	for attribute, value := range changes {
		if !strings.HasPrefix(attribute, "base-") {
			old[attribute] = value
		}
	}
}

func applyLifecycles(t *testing.T, sources func(id string) facts, name string) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		f := sources(row[0])
		for i, attribute := range []string{"introduced", "deprecated", "removed"} {
			if row[i+2] != "" {
				f.set("", "supportedOS."+row[1]+"."+attribute, canonical(attribute, row[i+2]))
			}
		}
		if row[5] != "" {
			f.set("", "replacement", row[5])
		}
	}
}
