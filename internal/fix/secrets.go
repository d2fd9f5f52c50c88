package fix

import (
	"bytes"
	"strings"

	"syncguard/internal/diag"
)

// shown is a text as it may be shown: secrets are masked in place, as the check left it.
type shown struct{ data, masked []byte }

// hideBoth masks in two versions of a text what is a secret in either of them. A key that is misspelt in one does not say
// there that its value is a secret.
func hideBoth(before, after shown) ([]byte, []byte) {
	secrets := map[string]bool{}
	before.collect(secrets)
	after.collect(secrets)
	return before.hide(secrets), after.hide(secrets)
}

// collect adds the texts that are masked, a line each.
func (s shown) collect(secrets map[string]bool) {
	if len(s.data) != len(s.masked) {
		return
	}
	for start := 0; start < len(s.data); {
		if s.data[start] == s.masked[start] {
			start++
			continue
		}
		end := start
		for end < len(s.data) && s.data[end] != '\n' && s.data[end] != '\r' && s.data[end] != s.masked[end] {
			end++
		}
		secrets[core(string(s.data[start:end]))] = true
		start = end
	}
	delete(secrets, "")
}

// hide masks every piece of text that is one of the secrets.
func (s shown) hide(secrets map[string]bool) []byte {
	masked := bytes.Clone(s.masked)
	if len(secrets) == 0 {
		return masked
	}
	start := 0
	for i := 0; i <= len(s.data); i++ {
		if i < len(s.data) && !bytes.ContainsRune([]byte("<>\r\n"), rune(s.data[i])) {
			continue
		}
		for _, at := range values(s.data[start:i]) {
			if from, to := start+at[0], start+at[1]; secrets[string(s.data[from:to])] {
				diag.Mask(masked[from:to])
			}
		}
		start = i + 1
	}
	return masked
}

// maxValues bounds the values that a line is taken to hold up to its end. Those that end at the next comma are not bounded.
const maxValues = 100

// values returns the ranges of a line that may be a value: all of it, and what follows a separator of YAML or JSON, up to the
// next one or to the end.
func values(line []byte) [][2]int {
	all := [][2]int{trimRange(line, 0, len(line))}
	for i := range line {
		if !isSeparator(line[i]) {
			continue
		}
		end := i + 1
		for end < len(line) && !isSeparator(line[end]) {
			end++
		}
		all = append(all, trimRange(line, i+1, end))
		if len(all) < maxValues {
			all = append(all, trimRange(line, i+1, len(line)))
		}
	}
	return all
}

func isSeparator(b byte) bool { return strings.IndexByte(":,{}[]", b) >= 0 }

const around = " \t\"',:{}[]-"

func trimRange(line []byte, start, end int) [2]int {
	kept := bytes.TrimLeft(line[start:end], around)
	start = end - len(kept)
	return [2]int{start, start + len(bytes.TrimRight(kept, around))}
}

// core is a piece of text without what YAML and JSON put around it.
func core(piece string) string { return strings.Trim(piece, around) }
