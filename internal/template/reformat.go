package template

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
)

// Reformat returns a template in the one canonical form: UTF-8 and line feeds, two spaces a level, at most one blank line, and
// the keys of the top level in the order of docs/template.md unless keepOrder. Comments, quotes, anchors and the style of
// mappings and lists stay. Reformat checks its result: the content is the same and no comment is lost, or it fails.
func Reformat(file *diag.File, keepOrder bool) ([]byte, error) {
	formed, err := formOnce(file, keepOrder)
	for range maxForms {
		if err != nil {
			return nil, err
		}
		var again []byte
		again, err = formOnce(diag.NewFile(file.Name, formed), keepOrder)
		if err == nil && bytes.Equal(again, formed) {
			return formed, nil
		}
		formed = again
	}
	return nil, errCommentLost
}

// maxForms is the number of passes until nothing moves: the library finds another place for some comments.
const maxForms = 4

var errCommentLost = errors.New("formatting the template: a comment would get lost; move it to a line of its own above a key")

func formOnce(file *diag.File, keepOrder bool) ([]byte, error) {
	before, err := Parse(file)
	if err != nil {
		return nil, fmt.Errorf("formatting the template: %w", err)
	}
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(string(file.Data), "\ufeff"))
	document, err := documentOf([]byte(text))
	if err != nil || document.Kind == 0 {
		return nil, errors.New("formatting the template: it is empty")
	}
	root := document.Content[0]
	if !keepOrder && root.Kind == yaml.MappingNode {
		sortTop(document, root)
	}
	formed, err := yaml.Dump(document, yaml.WithIndent(2), yaml.WithCompactSeqIndent(false), yaml.WithLineWidth(-1))
	if err != nil {
		return nil, fmt.Errorf("formatting the template: %w", err)
	}
	spaced, err := restoreBlankLines(root, text, formed)
	if err != nil {
		return nil, fmt.Errorf("formatting the template: %w", err)
	}
	for _, out := range [][]byte{spaced, formed} { // a blank line can change a text with blank lines at its end
		after, err := Parse(diag.NewFile(file.Name, out))
		if err == nil && plist.Equal(before, after) && sameComments([]byte(text), out) {
			return out, nil
		}
	}
	return nil, errCommentLost
}

// Parse reads the YAML of a template, without its bases, variables and checks. The error is the first syntax error.
func Parse(file *diag.File) (*plist.Value, error) {
	out := &findings{}
	v := readTree(file, newBudget(), out)
	if diag.HasErrors(out.list) {
		return nil, errors.New(out.list[0].Message)
	}
	return v, nil
}

// documentOf parses text already accepted by Parse.
func documentOf(data []byte) (document *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			document, err = nil, fmt.Errorf("the YAML parser gave up: %v", p)
		}
	}()
	document = &yaml.Node{}
	return document, yaml.Load(data, document)
}

// sortTop puts the keys of the top level into the order of docs/template.md. Comments go with the key below them, except for
// the one at the start of the template.
func sortTop(document, root *yaml.Node) {
	names := templateShape().names()
	pairs := make([][2]*yaml.Node, 0, len(root.Content)/2)
	for i := 0; i+1 < len(root.Content); i += 2 {
		pairs = append(pairs, [2]*yaml.Node{root.Content[i], root.Content[i+1]})
	}
	rank := func(p [2]*yaml.Node) int {
		if i := slices.Index(names, p[0].Value); i >= 0 {
			return i
		}
		return len(names)
	}
	slices.SortStableFunc(pairs, func(a, b [2]*yaml.Node) int { return cmp.Compare(rank(a), rank(b)) })
	if len(pairs) > 0 && pairs[0][0] != root.Content[0] && document.HeadComment == "" {
		document.HeadComment, root.Content[0].HeadComment = root.Content[0].HeadComment, ""
	}
	root.Content = root.Content[:0]
	for _, p := range pairs {
		root.Content = append(root.Content, p[0], p[1])
	}
}

// restoreBlankLines gives formed the blank lines above keys and items in source, one for several. The library keeps none.
func restoreBlankLines(root *yaml.Node, source string, formed []byte) ([]byte, error) {
	document, err := documentOf(formed)
	if err != nil || document.Kind == 0 {
		return nil, cmp.Or(err, errors.New("nothing is left"))
	}
	from, to := strings.Split(source, "\n"), strings.Split(string(formed), "\n")
	blank := map[int]bool{} // lines of formed, from 0, with a blank line to go above
	spread := slices.ContainsFunc(root.Content, func(n *yaml.Node) bool { return isSpread(from, n.Line-1) })
	pairLines(root, document.Content[0], func(a, b int) {
		if isSpread(from, a) || spread && commentTop(from, a) == 0 {
			if top := commentTop(to, b); top > 0 && strings.TrimSpace(to[top-1]) != "" {
				blank[top] = true
			}
		}
	})
	var out bytes.Buffer
	for i, line := range to {
		if blank[i] {
			out.WriteByte('\n')
		}
		out.WriteString(line)
		if i < len(to)-1 {
			out.WriteByte('\n')
		}
	}
	return out.Bytes(), nil
}

// pairLines calls do with the lines, from 0, of each key and item of two trees of the same shape.
func pairLines(a, b *yaml.Node, do func(a, b int)) {
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) || a.Style&yaml.FlowStyle != 0 {
		return
	}
	for i := range a.Content {
		if a.Kind == yaml.SequenceNode || a.Kind == yaml.MappingNode && i%2 == 0 {
			do(a.Content[i].Line-1, b.Content[i].Line-1)
		}
		pairLines(a.Content[i], b.Content[i], do)
	}
}

// commentTop is the first line of the comment above a line, or the line itself.
func commentTop(lines []string, line int) int {
	line = min(line, len(lines))
	for line > 0 && strings.HasPrefix(strings.TrimLeft(lines[line-1], " "), "#") {
		line--
	}
	return line
}

// isSpread is true for a line with a blank line above it and its comment.
func isSpread(lines []string, line int) bool {
	top := commentTop(lines, line)
	return top > 0 && strings.TrimSpace(lines[top-1]) == ""
}

// sameComments is true for two texts with the same comments, in any order.
func sameComments(a, b []byte) bool {
	x, errA := documentOf(a)
	y, errB := documentOf(b)
	return errA == nil && errB == nil && slices.Equal(comments(x), comments(y)) && commentLines(a) == commentLines(b)
}

func comments(n *yaml.Node) []string {
	var all []string
	for text := range strings.SplitSeq(n.HeadComment+"\n"+n.LineComment+"\n"+n.FootComment, "\n") {
		if text = strings.TrimSpace(text); text != "" {
			all = append(all, text)
		}
	}
	for _, child := range n.Content {
		all = append(all, comments(child)...)
	}
	slices.Sort(all)
	return all
}

// commentLines counts the lines with nothing but a comment. The library does not see all of them.
func commentLines(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte("#")) {
			n++
		}
	}
	return n
}
