package identity

import (
	"errors"
	"fmt"
	"strings"
)

// shellSyntax are characters that mean something to a shell where no quote stands around them. No shell is asked here,
// so they would silently mean themselves.
const shellSyntax = "|&;<>()$`*?[]#~{}\n"

// SplitCommand splits a command line into words as a shell does, with single quotes, double quotes and backslashes, and
// nothing else of a shell: what a shell would act upon is an error. Tilde, hash and braces count only at the begin of a
// word.
func SplitCommand(line string) ([]string, error) {
	var s splitter
	for _, r := range line {
		if err := s.next(r); err != nil {
			return nil, err
		}
	}
	switch {
	case s.quote != 0:
		return nil, fmt.Errorf("quote %c is not closed", s.quote)
	case s.escaped:
		return nil, errors.New("nothing follows the backslash at its end")
	}
	s.end()
	if len(s.words) == 0 || s.words[0] == "" {
		return nil, errors.New("it names no program")
	}
	return s.words, nil
}

type splitter struct {
	words   []string
	word    strings.Builder
	begun   bool // there is a word, if an empty one
	quote   rune // that is open
	escaped bool
}

func (s *splitter) next(r rune) error {
	switch {
	case r == 0:
		return errors.New("it holds a zero byte")
	case s.escaped:
		if s.quote == '"' && !strings.ContainsRune("$`\"\\", r) {
			s.word.WriteByte('\\')
		}
		s.escaped = false
		s.add(r)
	case r == '\\' && s.quote != '\'':
		s.escaped = true
	case s.quote != 0 && r == s.quote:
		s.quote = 0
	case s.quote == '\'':
		s.add(r)
	case s.quote == '"' && (r == '$' || r == '`'), s.quote == 0 && s.isSyntax(r):
		return fmt.Errorf("%q is for a shell, and none is asked: quote it, or put the command into a script", r)
	case s.quote == '"':
		s.add(r)
	case r == '"' || r == '\'':
		s.quote, s.begun = r, true
	case r == ' ' || r == '\t':
		s.end()
	default:
		s.add(r)
	}
	return nil
}

func (s *splitter) isSyntax(r rune) bool {
	if strings.ContainsRune("#~{}", r) {
		return !s.begun
	}
	return strings.ContainsRune(shellSyntax, r)
}

func (s *splitter) add(r rune) {
	s.word.WriteRune(r)
	s.begun = true
}

func (s *splitter) end() {
	if s.begun {
		s.words = append(s.words, s.word.String())
	}
	s.word.Reset()
	s.begun = false
}
