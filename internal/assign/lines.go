package assign

import (
	"bytes"
	"strings"
)

// lineStart returns where the line of an offset begins.
func lineStart(data []byte, at int) int { return bytes.LastIndexAny(data[:at], "\r\n") + 1 }

// lineEnd returns where the line of an offset ends, before its break.
func lineEnd(data []byte, at int) int {
	if i := bytes.IndexAny(data[at:], "\r\n"); i >= 0 {
		return at + i
	}
	return len(data)
}

// nextLine returns where the line after that of an offset begins.
func nextLine(data []byte, at int) int {
	at = lineEnd(data, at)
	if bytes.HasPrefix(data[at:], []byte("\r\n")) {
		return at + 2
	}
	return min(at+1, len(data))
}

// indentOf returns the blanks at the beginning of the line of an offset.
func indentOf(data []byte, at int) string {
	line := data[lineStart(data, at):at]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// breakOf returns the line break of a text, that of its first line.
func breakOf(data []byte) string {
	at := lineEnd(data, 0)
	switch b := string(data[at:nextLine(data, at)]); b {
	case "":
		return "\n"
	default:
		return b
	}
}

// leadOf returns the blanks before an offset, from the last line break in them on.
func leadOf(data []byte, at int) string {
	blanks := data[len(bytes.TrimRight(data[:at], " \t\r\n")):at]
	i := bytes.LastIndexAny(blanks, "\r\n")
	if i > 0 && blanks[i] == '\n' && blanks[i-1] == '\r' {
		i--
	}
	return string(blanks[max(i, 0):])
}

// splitLead splits a lead into its line break and the indentation.
func splitLead(lead string) (lineBreak, indent string) {
	indent = strings.TrimLeft(lead, "\r\n")
	return lead[:len(lead)-len(indent)], indent
}

// unitBetween is the indentation of one level, by those of a container and of what is in it; "" if they do not tell.
func unitBetween(outer, inner string) string {
	if rest, ok := strings.CutPrefix(inner, outer); ok {
		return rest
	}
	return ""
}

// permuted returns parts with one of them moved.
func permuted[T any](parts []T, from, to int) []T {
	var all []T
	for i, p := range parts {
		if i != from {
			all = append(all, p)
		}
	}
	return append(all[:to:to], append([]T{parts[from]}, all[to:]...)...)
}
