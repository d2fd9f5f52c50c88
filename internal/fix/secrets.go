package fix

import (
	"bytes"
	"strings"

	"syncguard/internal/diag"
)

// shown is a text with a copy for display: the check masked the secrets in the copy.
type shown struct{ data, masked []byte }

// hideBoth masks the secrets of either version of a text in both. In the version with a misspelt key, the check cannot tell
// a secret by its key.
func hideBoth(before, after shown) ([]byte, []byte) {
	secrets := map[string]bool{}
	before.collect(secrets)
	after.collect(secrets)
	return before.hide(secrets), after.hide(secrets)
}

// collect adds the masked texts to secrets, line by line.
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
		secrets[trimPunctuation(string(s.data[start:end]))] = true
		start = end
	}
	delete(secrets, "")
}

// hide returns the text with all secrets masked.
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
		for _, at := range valueRanges(s.data[start:i]) {
			if from, to := start+at[0], start+at[1]; secrets[string(s.data[from:to])] {
				diag.Mask(masked[from:to])
			}
		}
		start = i + 1
	}
	return masked
}

// maxValues bounds the values per line that extend to the end of the line. Values up to the next separator are not bounded.
const maxValues = 100

// valueRanges returns the ranges of a line that may be a value: the whole line, and from each YAML or JSON separator to the
// next separator or the end.
func valueRanges(line []byte) [][2]int {
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

const punctuation = " \t\"',:{}[]-"

func trimRange(line []byte, start, end int) [2]int {
	kept := bytes.TrimLeft(line[start:end], punctuation)
	start = end - len(kept)
	return [2]int{start, start + len(bytes.TrimRight(kept, punctuation))}
}

// trimPunctuation removes the punctuation of YAML and JSON around a text.
func trimPunctuation(piece string) string { return strings.Trim(piece, punctuation) }
