package secret

import (
	"bytes"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// InSource returns the positions of secrets in the text of a file, but not in its tree: in comments, and, in a damaged
// file with an incomplete tree, after every key of a secret.
func InSource(file *diag.File, isDamaged bool) []diag.Span {
	s := &source{file: file, data: file.Data, finder: newFinder()}
	isMarkup := bytes.Contains(file.Data, []byte("<plist")) || bytes.Contains(file.Data, []byte("<dict"))
	switch {
	case isMarkup && isDamaged:
		s.addKeyValues(0, len(s.data))
	case isMarkup:
		s.searchComments()
	default:
		s.searchLines(isDamaged)
	}
	if isDamaged {
		s.addBase64Words()
	}
	return s.spans
}

type source struct {
	file   *diag.File
	data   []byte
	finder *finder
	spans  []diag.Span
}

func (s *source) add(start, end int) {
	if start < end {
		s.spans = append(s.spans, diag.Span{File: s.file, Start: start, End: end})
	}
}

// searchComments searches the comments of XML for keys of secrets, and for secrets by their form.
func (s *source) searchComments() {
	for at := 0; ; {
		n := bytes.Index(s.data[at:], []byte("!--")) // "<" is everywhere, "!" is rare
		if n < 0 {
			return
		}
		isComment := n > 0 && s.data[at+n-1] == '<'
		at += n + len("!--")
		if !isComment {
			continue
		}
		start, end := at, len(s.data)
		if n := bytes.Index(s.data[start:], []byte("-->")); n >= 0 {
			end = start + n
		}
		if s.finder.recognize(asText(s.data[start:end])) != "" {
			s.add(start, end)
		} else {
			s.addKeyValues(start, end)
		}
		at = end
	}
}

// addKeyValues adds the texts between the key of a secret and the next key or the end of its dictionary.
func (s *source) addKeyValues(from, to int) {
	for at := from; ; {
		n := bytes.Index(s.data[at:to], []byte("<key>"))
		if n < 0 {
			return
		}
		at += n + len("<key>")
		name, _, ok := bytes.Cut(s.data[at:min(to, at+maxName)], []byte("<"))
		if !ok || !s.finder.isKey(strings.TrimSpace(string(name))) {
			continue
		}
		at += len(name)
		end := to
		for _, stop := range []string{"<key", "</dict"} {
			if n := bytes.Index(s.data[at:end], []byte(stop)); n >= 0 {
				end = at + n
			}
		}
		s.addTexts(at, end)
		at = end
	}
}

// addTexts adds everything outside of tags, comments included.
func (s *source) addTexts(from, to int) {
	start := -1
	for i := from; i < to; i++ {
		switch c := s.data[i]; {
		case c == '>':
			start = i + 1
		case c == '<' && !bytes.HasPrefix(s.data[i:to], []byte("<!--")) && start >= 0:
			s.add(start, i)
			start = -1
		}
	}
	if start >= 0 {
		s.add(start, to)
	}
}

// searchLines searches JSON and YAML: comments, and in a damaged file everything after the name of a secret.
func (s *source) searchLines(isDamaged bool) {
	start := 0
	for line := range bytes.Lines(s.data) {
		end := start + len(line)
		isComment := bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("#"))
		if i := bytes.IndexByte(line, ':'); i >= 0 && isDamaged {
			for ; i >= 0; i = nextColon(line, i) {
				if s.finder.isKey(nameBefore(asText(line[max(0, i-maxName-3):i]))) {
					s.add(start+i+1, end)
					break
				}
			}
		} else if isComment && s.finder.recognize(asText(line)) != "" {
			s.add(start, end)
		}
		start = end
	}
}

func nextColon(line []byte, after int) int {
	n := bytes.IndexByte(line[after+1:], ':')
	if n < 0 {
		return -1
	}
	return after + 1 + n
}

// addBase64Words adds long words of base64, possible lines of a key.
func (s *source) addBase64Words() {
	start := 0
	for i := 0; i <= len(s.data); i++ {
		if i < len(s.data) && isBase64(s.data[i]) {
			continue
		}
		if i-start >= shortestKey {
			s.add(start, i)
		}
		start = i + 1
	}
}

// Scrub masks the values in findings made before the secrets were known, at any key of a secret.
func Scrub(findings []diag.Diagnostic) {
	if len(findings) == 0 {
		return
	}
	f := newFinder()
	for i := range findings {
		d := &findings[i]
		if key := d.Path.LastKey(); f.isKey(key) {
			d.Message, d.Help, d.Fix, d.HideSource = withoutQuotes(d.Message), withoutQuotes(d.Help), nil, true
		}
	}
}

// withoutQuotes masks everything in quotes.
func withoutQuotes(text string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, `"`)
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		end := 0
		for end < len(rest) && rest[end] != '"' {
			if rest[end] == '\\' {
				end++
			}
			end++
		}
		b.WriteString(`"(secret)"`)
		text = rest[min(end+1, len(rest)):]
	}
}

// Masked marks the secrets of the tree, masks them and those of the comments in the text of a file, and returns the text.
func Masked(file *diag.File, root *plist.Value, isDamaged bool) []byte {
	Mark(root)
	Mask(file, root, isDamaged)
	return file.Data
}

// Mask masks the marked values of the tree, and the secrets of the comments, in the text of a file.
func Mask(file *diag.File, root *plist.Value, isDamaged bool) {
	for _, span := range append(Marked(root), InSource(file, isDamaged)...) {
		diag.Mask(span.File.Data[span.Start:span.End])
	}
}
