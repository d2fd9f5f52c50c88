package convert

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

// Names makes unique names, ignoring case. It holds the number of requests by name.
type Names map[string]int

// Unique returns the name, or the name with a separator and a number.
func (n Names) Unique(name, separator string) string {
	key := strings.ToLower(name)
	for unique := name; ; unique = fmt.Sprintf("%s%s%d", name, separator, n[key]) {
		if lower := strings.ToLower(unique); n[lower] == 0 {
			n[lower] = 1
			return unique
		}
		n[key]++
	}
}

// id names a payload after its type: wifi.managed for com.apple.wifi.managed.
func (n Names) id(payloadType string) string {
	id := payloadType
	for _, prefix := range []string{"com.apple.configuration.", "com.apple."} {
		id = strings.TrimPrefix(id, prefix)
	}
	id = strings.TrimLeft(id, "._-")
	if id == "" {
		id = "payload"
	}
	return n.Unique(truncate(id, 90), "-")
}

// NameFromPath names a template after its source file.
func NameFromPath(path string) string {
	base := filepath.Base(path)
	return Slug(strings.TrimSuffix(base, filepath.Ext(base)))
}

// Slug turns any text into a name for files and identifiers: lower case, digits and hyphens, never empty, and a valid file
// name on every system.
func Slug(text string) string {
	slug := strings.Trim(notInSlug().ReplaceAllString(strings.ToLower(text), "-"), "-")
	slug = strings.TrimRight(truncate(slug, 60), "-")
	if slug == "" || windowsDevice().MatchString(slug) {
		slug = strings.TrimPrefix(slug+"-profile", "-")
	}
	return slug
}

var (
	notInSlug     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^a-z0-9]+`) })
	windowsDevice = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(con|prn|aux|nul|com[0-9]|lpt[0-9])$`) })
)

// truncate returns the beginning of an ASCII text, at most this many bytes.
func truncate(s string, most int) string { return s[:min(len(s), most)] }
