package identity

import (
	"errors"
	"fmt"
	"strings"
)

// shellSyntax lists the characters with a meaning to a shell outside quotes. No shell is involved here, so they would
// silently mean themselves.
const shellSyntax = "|&;<>()$`*?[]\n"

// SplitCommand splits a command line into words as a shell does, with single quotes, double quotes and backslashes
// only. Any other shell syntax is an error. Tilde, hash and braces count only at the start of a word.
func SplitCommand(line string) ([]string, error) {
	var s splitter
	for i := range len(line) { // all syntax is ASCII, so bytes will do
		if err := s.addNext(line[i]); err != nil {
			return nil, err
		}
	}
	switch {
	case s.quote != 0:
		return nil, fmt.Errorf("unclosed quote %c", s.quote)
	case s.escaped:
		return nil, errors.New("it ends with a backslash")
	}
	s.endWord()
	if len(s.words) == 0 || s.words[0] == "" {
		return nil, errors.New("it names no program")
	}
	return s.words, nil
}

type splitter struct {
	words   []string
	word    strings.Builder
	begun   bool // a word has begun, possibly an empty one
	quote   byte // the open quote, or 0
	escaped bool
}

func (s *splitter) addNext(c byte) error {
	switch {
	case c == 0:
		return errors.New("it holds a zero byte")
	case s.escaped && c == '\n':
		return errors.New("it has several lines")
	case s.escaped:
		if s.quote == '"' && strings.IndexByte("$`\"\\", c) < 0 {
			s.word.WriteByte('\\')
		}
		s.escaped = false
		s.addByte(c)
	case c == '\\' && s.quote != '\'':
		s.escaped = true
	case s.quote != 0 && c == s.quote:
		s.quote = 0
	case s.quote == '\'':
		s.addByte(c)
	case s.quote == '"' && (c == '$' || c == '`'), s.quote == 0 && s.isSyntax(c):
		return fmt.Errorf("%q needs a shell, and the command runs without one: quote it, or put the command in a script", rune(c))
	case s.quote == '"':
		s.addByte(c)
	case c == '"' || c == '\'':
		s.quote, s.begun = c, true
	case c == ' ' || c == '\t':
		s.endWord()
	default:
		s.addByte(c)
	}
	return nil
}

func (s *splitter) isSyntax(c byte) bool {
	if strings.IndexByte("#~{}", c) >= 0 {
		return !s.begun
	}
	return strings.IndexByte(shellSyntax, c) >= 0
}

func (s *splitter) addByte(c byte) {
	s.word.WriteByte(c)
	s.begun = true
}

func (s *splitter) endWord() {
	if s.begun {
		s.words = append(s.words, s.word.String())
	}
	s.word.Reset()
	s.begun = false
}
