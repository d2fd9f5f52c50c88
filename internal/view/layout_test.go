package view

import (
	"regexp"
	"strings"
	"testing"
)

var styles = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// tooWide returns the lines wider than the screen that could be broken: only a word, such as a key or a file name, may be wider.
func tooWide(text string, columns int) (lines []string) {
	for line := range strings.SplitSeq(styles.ReplaceAllString(text, ""), "\n") {
		if columns > 0 && widthOf(line) > columns && len(strings.Fields(line)) > 1 {
			lines = append(lines, line)
		}
	}
	return lines
}

// A table gives space where it hurts least: headings first, then the widest column; and none if a word would be broken.
func TestLayOut(t *testing.T) {
	headers := []string{"for", "date & time", "DNS"}
	rows := [][]string{{"an iPhone or iPad, by hand", "by hand", "preset"}, {"  icloud-sync.ios-manual.mobileconfig"}, {"a Mac", "enforced", "–"}}
	for _, c := range []struct {
		width int
		want  string
	}{
		{50, `
  for                         date & time  DNS
  an iPhone or iPad, by hand  by hand      preset
    icloud-sync.ios-manual.mobileconfig
  a Mac                       enforced     –`},
		{46, `
  for                         date &    DNS
                              time
  an iPhone or iPad, by hand  by hand   preset
    icloud-sync.ios-manual.mobileconfig
  a Mac                       enforced  –`},
		{32, `
  for           date &    DNS
                time
  an iPhone or  by hand   preset
  iPad, by
  hand
    icloud-sync.ios-manual.mobileconfig
  a Mac         enforced  –`},
		{31, ""},
	} {
		if got := styles.ReplaceAllString("\n"+strings.Join(layOut(headers, rows, c.width), "\n"), ""); strings.TrimSpace(got) != strings.TrimSpace(c.want) {
			t.Errorf("%d columns: got%s\nwant%s", c.width, got, c.want)
		}
	}
}

func TestColumns(t *testing.T) {
	for _, c := range []struct {
		environ        []string
		terminal, want int
	}{{nil, 0, 80}, {nil, 132, 132}, {[]string{"COLUMNS=60"}, 132, 132}, {[]string{"COLUMNS=60"}, 0, 60}, {[]string{"COLUMNS=0"}, 0, 80}, {[]string{"COLUMNS=wide"}, 0, 80}} {
		if got := Columns(c.environ, c.terminal); got != c.want {
			t.Errorf("%v on a terminal of %d columns: %d, want %d", c.environ, c.terminal, got, c.want)
		}
	}
}

// A label keeps its text beside it, unless a word is too long for that or too little is left.
func TestHang(t *testing.T) {
	for _, c := range []struct {
		label, text string
		width       int
		want        string
	}{
		{"  trust  ", "the certificate is self-signed", 24, "  trust  the certificate\n         is self-signed"},
		{"  trust  ", "com.apple.applicationaccess", 40, "  trust  com.apple.applicationaccess"},
		{"  trust  ", "see com.apple.applicationaccess", 30, "  trust\n    see\n    com.apple.applicationaccess"},
		{"  integrity     ok    ", "everything is covered", 40, "  integrity     ok\n    everything is covered"},
		{"             ", "com.apple.applicationaccess is", 30, "         com.apple.applicationaccess\n         is"},
		{"¹ ", "com.apple.applicationaccess needs one", 20, "¹ com.apple.applicationaccess\n  needs one"},
	} {
		if got := strings.Join(Hang(c.label, c.text, c.width), "\n"); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
	if got, want := strings.Join(hanging("one two three four", 9), "\n"), "one two\n  three\n  four"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
