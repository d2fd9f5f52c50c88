package schema

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// lineWidth is the longest line of the catalog, in characters.
const lineWidth = 120

// layOut rewrites JSON for people to read and compare: a value short enough stays on one line. The order stays.
func layOut(raw []byte) ([]byte, error) {
	var b bytes.Buffer
	if err := json.Indent(&b, bytes.TrimSpace(raw), "", " "); err != nil {
		return nil, err
	}
	var lines []string
	var open []int // the first lines of the values still open
	for line := range strings.SplitSeq(b.String(), "\n") {
		lines = append(lines, line)
		switch {
		case strings.HasSuffix(line, "{") || strings.HasSuffix(line, "["):
			open = append(open, len(lines)-1)
		case strings.ContainsAny(strings.TrimLeft(line, " ")[:1], "}]"):
			first := open[len(open)-1]
			open = open[:len(open)-1]
			if joined, fits := join(lines[first:]); fits {
				lines = append(lines[:first], joined)
			}
		}
	}
	return []byte(strings.Join(lines, "\n") + "\n"), nil
}

// join makes one line of lines if it is short enough, with a comma after it.
func join(lines []string) (joined string, fits bool) {
	if len(lines) > lineWidth {
		return "", false
	}
	var b strings.Builder
	for i, line := range lines {
		if i == 0 {
			b.WriteString(line)
			continue
		}
		if strings.HasSuffix(lines[i-1], ",") {
			b.WriteByte(' ')
		}
		b.WriteString(strings.TrimLeft(line, " "))
	}
	return b.String(), utf8.RuneCountInString(strings.TrimSuffix(b.String(), ",")) < lineWidth
}
