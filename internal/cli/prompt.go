package cli

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"syncguard/internal/view"
)

// prompter asks a person at a terminal, one question a line. The terminal itself edits the line.
type prompter struct {
	in  *bufio.Reader
	out *view.Printer
}

// choice is one answer of several.
type choice struct {
	value, label string
	chosen       bool // by a person who answers nothing
}

// line asks until wrong has nothing to say against the answer. The end of input is an interruption.
func (p *prompter) line(question string, wrong func(string) string) (string, error) {
	for {
		p.out.Ask(question)
		text, err := p.in.ReadString('\n')
		if err != nil {
			p.out.Line("") // leave the line of the question
			return "", context.Canceled
		}
		text = strings.TrimSpace(text)
		problem := wrong(text)
		if problem == "" {
			return text, nil
		}
		p.out.Warning(problem)
	}
}

// choices asks for some of several answers, by their numbers.
func (p *prompter) choices(question string, all []choice) ([]string, error) {
	var preset []string
	p.out.Line("%s", question)
	for i, c := range all {
		p.out.Line("  %d  %s", i+1, c.label)
		if c.chosen {
			preset = append(preset, strconv.Itoa(i+1))
		}
	}
	text, err := p.line(fmt.Sprintf("Numbers [%s]", strings.Join(preset, " ")), func(text string) string {
		_, problem := pick(text, all)
		return problem
	})
	if err != nil {
		return nil, err
	}
	values, _ := pick(cond(text == "", strings.Join(preset, " "))+text, all)
	return values, nil
}

// pick reads numbers of choices, or returns the complaint about them.
func pick(text string, all []choice) (values []string, problem string) {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 || n > len(all) {
			return nil, fmt.Sprintf("invalid number %q: want 1 to %d", word, len(all))
		}
		if v := all[n-1].value; !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	return values, ""
}
