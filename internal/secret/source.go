package secret

import (
	"bytes"
	"strings"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// InSource returns where secrets stand in the text of a file and not in its tree: in comments, and, where the file is damaged
// so that the tree has lost something, after every key that names one.
func InSource(file *diag.File, isDamaged bool) []diag.Span {
	s := &source{file: file, data: file.Data, finder: newFinder()}
	isMarkup := bytes.Contains(file.Data, []byte("<plist")) || bytes.Contains(file.Data, []byte("<dict"))
	switch {
	case isMarkup && isDamaged:
		s.keys(0, len(s.data))
	case isMarkup:
		s.comments()
	default:
		s.lines(isDamaged)
	}
	if isDamaged {
		s.codes()
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

// comments looks at the comments of XML: at keys in them, and at what tells itself.
func (s *source) comments() {
	for at := 0; ; {
		start := bytes.Index(s.data[at:], []byte("<!--"))
		if start < 0 {
			return
		}
		start += at + len("<!--")
		end := len(s.data)
		if n := bytes.Index(s.data[start:], []byte("-->")); n >= 0 {
			end = start + n
		}
		if s.finder.formIn(asText(s.data[start:end])) != "" {
			s.add(start, end)
		} else {
			s.keys(start, end)
		}
		at = end
	}
}

// keys adds the texts between the key of a secret and the next key or the end of its dictionary.
func (s *source) keys(from, to int) {
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
		s.texts(at, end)
		at = end
	}
}

// texts adds what stands outside of tags, comments included.
func (s *source) texts(from, to int) {
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

// lines looks at JSON and YAML: at comments, and where the file is damaged at what follows the name of a secret.
func (s *source) lines(isDamaged bool) {
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
		} else if isComment && s.finder.formIn(asText(line)) != "" {
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

// codes adds long words of base64, which may be the lines of a key.
func (s *source) codes() {
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

// Scrub takes the values of secrets out of the messages of findings that were made before the secrets were known: those at a
// key that names one.
func Scrub(findings []diag.Diagnostic) {
	f := newFinder()
	for i := range findings {
		d := &findings[i]
		if key := d.Path.LastKey(); f.isKey(key) {
			d.Message, d.Help, d.Fix, d.HideSource = withoutQuotes(d.Message), withoutQuotes(d.Help), nil, true
		}
	}
}

// withoutQuotes puts a mask in the place of everything in quotes.
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

// Masked masks in the text of a file the secrets that its tree and its comments hold, and returns it.
func Masked(file *diag.File, root *plist.Value, isDamaged bool) []byte {
	Mark(root)
	for _, span := range append(Marked(root), InSource(file, isDamaged)...) {
		diag.Mask(span.File.Data[span.Start:span.End])
	}
	return file.Data
}
