package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	securityLink = regexp.MustCompile(`\[([^\]]+)\]\(([^)]+)\)`)
	testName     = regexp.MustCompile("^`((?:Test|Fuzz)[A-Za-z0-9]+)`$")
)

// TestSecurityLinks follows each link of SECURITY.md: the file, the heading and the test exist.
func TestSecurityLinks(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(repository, "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests := 0
	for _, m := range securityLink.FindAllStringSubmatch(strings.Join(strings.Fields(string(page)), " "), -1) {
		name, heading, _ := strings.Cut(m[2], "#")
		info, err := os.Stat(filepath.Join(repository, filepath.FromSlash(name)))
		if err != nil {
			t.Errorf("%s: %v", m[0], err)
			continue
		}
		if info.IsDir() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(repository, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		if heading != "" && !hasHeading(string(data), heading) {
			t.Errorf("%s: there is no such heading", m[0])
		}
		if test := testName.FindStringSubmatch(m[1]); test != nil {
			tests++
			if !strings.Contains(string(data), "\nfunc "+test[1]+"(") {
				t.Errorf("%s: there is no such test", m[0])
			}
		} else if strings.HasPrefix(m[1], "`Test") || strings.HasPrefix(m[1], "`Fuzz") {
			t.Errorf("%s: odd name of a test", m[0])
		}
	}
	if tests < 30 {
		t.Errorf("found %d tests", tests)
	}
	for line := range strings.Lines(string(page)) {
		if strings.Count(line, "")-1 > 161 {
			t.Errorf("a line has more than 160 characters: %s", line)
		}
	}
}

// hasHeading reports whether a page has a heading with this anchor, made as GitHub makes it.
func hasHeading(page, anchor string) bool {
	for line := range strings.Lines(page) {
		title := strings.TrimLeft(line, "#")
		if title == line {
			continue
		}
		made := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '_':
				return r
			}
			return -1
		}, strings.ToLower(strings.TrimSpace(title)))
		if made == anchor {
			return true
		}
	}
	return false
}
