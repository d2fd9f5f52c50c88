package files

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// device matches the names of devices on Windows. An extension does not make them files.
var device = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])[ .]*(\.|$)`)
})

// checkNew refuses names of new files with another meaning elsewhere, so that a folder can be copied anywhere. Windows has
// devices of these names.
func checkNew(path, name string) error {
	if device().MatchString(name) {
		word, _, _ := strings.Cut(name, ".")
		return fmt.Errorf("writing %s: %q is a device on Windows, want another name", path, word)
	}
	return nil
}

// folded is a name in a folder without upper and lower case.
type folded struct{ folder, name string }

// checkAlone refuses a file beside one with the same name but for upper and lower case: many file systems hold only one of
// them. names are the paths of the files so far.
func checkAlone(names map[folded]string, f folded, path string) error {
	key := folded{f.folder, strings.ToLower(f.name)}
	if other, ok := names[key]; ok && filepath.Base(other) != f.name {
		return fmt.Errorf("writing %s: its name differs from %s by case alone, want another name", path, other)
	}
	names[key] = path
	return nil
}
