package view

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// HelpPage lays out the text of a help page.
type HelpPage struct {
	strings.Builder
	Width int
}

// minBeside is the least number of columns for a text beside the names of commands or flags.
const minBeside = 24

// Line writes a line as it is.
func (h *HelpPage) Line(text string) { h.WriteString(text + "\n") }

// Title writes a heading.
func (h *HelpPage) Title(name string) { h.Line("\n" + name + ":") }

// Prose fills the lines of each paragraph. An indented line, as of a table, stays one.
func (h *HelpPage) Prose(text string) {
	var paragraph []string
	end := func() {
		if paragraph != nil {
			h.Beside("", strings.Join(paragraph, " "))
		}
		paragraph = nil
	}
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case line == "":
			end()
			h.Line("")
		case line[0] != ' ':
			paragraph = append(paragraph, line)
		default:
			end()
			term := terms().FindString(line)
			h.Beside(term, line[len(term):])
		}
	}
	end()
}

// terms finds the first column of a table in help: an indent, and words with a wide gap after them.
var terms = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^ +(\S+( \S+)* {2,})?`) })

// Beside writes text behind a label, further lines below the text.
func (h *HelpPage) Beside(label, text string) {
	for _, line := range Hang(label, text, h.Width) {
		h.Line(line)
	}
}

// Examples writes command lines for copying: one too long for the screen goes on behind a backslash.
func (h *HelpPage) Examples(text string) {
	for line := range strings.SplitSeq(text, "\n") {
		indent := "  "
		for utf8.RuneCountInString(line) > h.Width {
			at := breakOfCommand(line, h.Width-len(` \`))
			if at < 0 {
				break
			}
			h.Line(line[:at] + ` \`)
			indent = "      "
			line = indent + strings.TrimLeft(line[at:], " ")
		}
		h.Line(line)
	}
}

// breakOfCommand returns the last space of a command line within a width that ends a word for the shell, best before a flag; else the
// first one; -1 for none.
func breakOfCommand(line string, width int) int {
	last, flag, quote, columns := -1, -1, rune(0), 0
	begun := false
	for i, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
		case r == '"' || r == '\'':
			quote = r
		case r == ' ' && begun && (columns <= width || last < 0):
			if last = i; strings.HasPrefix(line[i:], " -") {
				flag = i
			}
		}
		begun = begun || r != ' '
		columns++
	}
	if flag > 0 {
		return flag
	}
	return last
}

// Columns writes names and their texts side by side, or below each other where the screen leaves too little beside the names.
func (h *HelpPage) Columns(rows [][2]string) {
	indent := 0
	for _, row := range rows {
		indent = max(indent, utf8.RuneCountInString(row[0])+2)
	}
	if h.Width-indent < minBeside {
		for _, row := range rows {
			h.Line(row[0])
			h.Beside(strings.Repeat(" ", 10), row[1])
		}
		return
	}
	for _, row := range rows {
		h.Beside(row[0]+strings.Repeat(" ", indent-utf8.RuneCountInString(row[0])), row[1])
	}
}

// ValueName returns the word for the value of a flag, in place of Go's name for its type.
func ValueName(flag, kind string) string {
	for name, flags := range map[string]string{
		"FILE":       "baseline ca cert chain crl ids-file key p12 passphrase-file recipient roots secrets vars write-baseline",
		"FOLDER":     "config-from root",
		"PATH":       "out",
		"TARGET":     "target",
		"NAME":       "alias category name organization stdin-filename team",
		"ID":         "client-id id identifier key-id remove",
		"URL":        "legacy-url server token-server",
		"HOST":       "host",
		"HOST:PORT":  "listen webhook-listen",
		"env:NAME":   "api-key client-secret passphrase token webhook-key",
		"COMMAND":    "signer-command",
		"RULE":       "ignore select",
		"LABEL":      "label-exclude-any label-include-all label-include-any",
		"PLATFORM":   "platform",
		"PROVIDER":   "dns",
		"SERVER":     "for",
		"ADDRESS":    "email",
		"NAME=VALUE": "set",
	} {
		if slices.Contains(strings.Fields(flags), flag) && (flag != "set" || kind == "stringArray") {
			return name
		}
	}
	switch kind {
	case "duration":
		return "TIME"
	case "int":
		return "N"
	case "string", "strings", "stringArray":
		return "TEXT"
	}
	return kind
}
