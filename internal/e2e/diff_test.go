//go:build e2e

package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"
)

// samePairs reads two files with Python's plistlib or json, and prints whether they say the same, the order of payloads aside.
const samePairs = `
import json, plistlib, sys
def read(path):
    data = open(path, "rb").read()
    if data.lstrip()[:1] == b"{":
        return json.loads(data)
    root = plistlib.loads(data)
    if "PayloadContent" in root:
        root["PayloadContent"].sort(key=lambda p: p["PayloadUUID"])
    return root
print(json.dumps(read(sys.argv[1]) == read(sys.argv[2])))
`

// diff says that two files differ exactly when Python does.
func TestDiffAgreesWithPython(t *testing.T) {
	s := newSyncguard(t)
	paths, err := filepath.Glob(filepath.Join("..", "diff", "testdata", "pairs", "*.txtar"))
	if err != nil || len(paths) == 0 {
		t.Fatal("no pairs", err)
	}
	verdicts := map[bool]int{}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range archive.Files {
			if filepath.Ext(f.Name) == "" {
				continue
			}
			name := filepath.Join(s.dir, f.Name)
			if err := os.WriteFile(name, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		if len(names) != 2 {
			continue // the other one is not there
		}
		var same bool
		if err := json.Unmarshal(Tool(t, nil, "python3", "-c", samePairs, names[0], names[1]), &same); err != nil {
			t.Fatal(err)
		}
		verdicts[same]++
		if _, errs, code := s.run("diff", "--exit-code", names[0], names[1]); (code == 0) != same || code > 1 {
			t.Errorf("%s: Python says that they are the same: %v; the exit code is %d %s", path, same, code, errs)
		}
	}
	if verdicts[true] < 3 || verdicts[false] < 30 {
		t.Errorf("pairs that are the same, and that are not: %v", verdicts)
	}
}
