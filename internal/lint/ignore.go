package lint

import (
	"bytes"
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
	"syncguard/internal/work"
)

// Ignore suppresses findings of some rules in a part of a file. In XML it is the comment
//
//	<!-- syncguard:ignore RULE, RULE: reason -->
//
// and in YAML a comment with the same words after #.
type Ignore struct {
	Rules  []string
	Reason string
	At     diag.Span // of the comment

	from, to int // a finding must begin at or after from and before to, in bytes
	used     bool
}

// Ignores returns the ignores in a text, and a finding for each malformed one. root is the tree of an XML property list,
// with spans pointing into the file; it is nil for a YAML text.
func Ignores(file *diag.File, root *plist.Value) (ignores []*Ignore, found []diag.Diagnostic) {
	if !bytes.Contains(file.Data, []byte("syncguard:ignore")) {
		return nil, nil
	}
	comments := yamlComments
	if root != nil {
		comments = xmlComments
	}
	for _, at := range comments(file.Data) {
		if root != nil && isInText(root, at[0]) {
			continue
		}
		span := diag.Span{File: file, Start: at[0], End: at[1]}
		i, problem := parseIgnore(string(file.Data[at[2]:at[3]]))
		if problem != "" {
			found = append(found, diag.Diagnostic{Rule: rule.MalformedIgnore, Severity: severityOf(rule.MalformedIgnore), Message: problem, Span: span,
				Help: "write syncguard:ignore RULE: reason"})
			continue
		}
		i.At = span
		i.from, i.to = ignoredRange(file, root, at[0], at[1])
		ignores = append(ignores, i)
	}
	return ignores, found
}

// Covered reports of each finding whether a comment suppresses it, and marks the comments that do as used. Each comment looks for its
// findings among those sorted by place: comparing all with all takes too long in a file with many of both.
func Covered(comments []*Ignore, found []diag.Diagnostic) []bool {
	covered := make([]bool, len(found))
	if len(comments) == 0 {
		return covered
	}
	type group struct {
		found  []int // indexes of findings, sorted by place
		change []int // how many more comments cover a finding than cover the one before
	}
	type name struct{ file, rule string }
	groups := map[name]*group{}
	steps := 0 // of sorting and of searching
	defer func() { work.Add(steps) }()
	firstFrom := func(g *group, offset int) int {
		n, _ := slices.BinarySearchFunc(g.found, offset, func(n, offset int) int { steps++; return cmp.Compare(found[n].Span.Start, offset) })
		return n
	}
	for n := range found {
		d := &found[n]
		if d.Span.IsZero() {
			continue
		}
		of := name{d.Span.File.Name, d.Rule}
		if groups[of] == nil {
			groups[of] = &group{}
		}
		groups[of].found = append(groups[of].found, n)
	}
	for _, g := range groups {
		slices.SortFunc(g.found, func(a, b int) int { steps++; return cmp.Compare(found[a].Span.Start, found[b].Span.Start) })
		g.change = make([]int, len(g.found)+1)
	}
	for _, i := range comments {
		for _, rule := range i.Rules {
			if g := groups[name{i.At.File.Name, rule}]; g != nil {
				from, to := firstFrom(g, i.from), firstFrom(g, i.to)
				if from < to {
					i.used = true
					g.change[from]++
					g.change[to]--
				}
			}
		}
	}
	for _, g := range groups {
		depth := 0
		for at, n := range g.found {
			depth += g.change[at]
			covered[n] = depth > 0
		}
	}
	return covered
}

// Unused returns a finding about an ignore without use, and whether there is one. Rules outside the selection do not count:
// looked reports whether a rule was checked.
func (i *Ignore) Unused(looked func(rule string) bool) (diag.Diagnostic, bool) {
	if i.used || !slices.ContainsFunc(i.Rules, looked) {
		return diag.Diagnostic{}, false
	}
	return diag.Diagnostic{Rule: rule.UnusedIgnore, Severity: severityOf(rule.UnusedIgnore), Span: i.At,
		Message: "the comment ignores " + text.QuotedList(i.Rules, "and") + ", but there is no such finding here", Help: "remove the comment"}, true
}

// maxIgnores bounds the time spent on a hostile file.
const maxIgnores = 1000

var (
	xmlComment  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)<!--\s*syncguard:ignore(.*?)-->`) })
	yamlComment = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)(?:^|[ \t])(#[ \t]*syncguard:ignore)([^\r\n]*)`) })
)

// xmlComments returns the offsets of each comment, start and end, and those of the words after syncguard:ignore.
func xmlComments(data []byte) [][4]int {
	var all [][4]int
	for _, m := range xmlComment().FindAllSubmatchIndex(data, maxIgnores) {
		all = append(all, [4]int{m[0], m[1], m[2], m[3]})
	}
	return all
}

func yamlComments(data []byte) [][4]int {
	var all [][4]int
	for _, m := range yamlComment().FindAllSubmatchIndex(data, maxIgnores) {
		all = append(all, [4]int{m[2], m[5], m[4], m[5]})
	}
	return all
}

// isInText reports whether an offset lies inside a text of the tree, where <!-- begins no comment.
func isInText(v *plist.Value, offset int) bool {
	if v == nil || offset < v.Span.Start || offset >= v.Span.End {
		return false
	}
	switch v.Kind {
	case plist.Dictionary:
		return slices.ContainsFunc(v.Fields, func(f plist.Field) bool {
			return offset >= f.KeySpan.Start && offset < f.KeySpan.End || isInText(f.Value, offset)
		})
	case plist.Array:
		return slices.ContainsFunc(v.Items, func(item *plist.Value) bool { return isInText(item, offset) })
	}
	return true
}

// parseIgnore parses " RULE, RULE: reason". problem is a message, or "" if the comment is well-formed.
func parseIgnore(comment string) (i *Ignore, problem string) {
	names, reason, _ := strings.Cut(comment, ":")
	i = &Ignore{Reason: strings.TrimSpace(reason)}
	for name := range strings.SplitSeq(names, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			return nil, "the comment names no rule to ignore"
		}
		if _, ok := rules.Find(name); !ok {
			return nil, "the comment ignores the unknown rule " + quote(name) + nearRule(name)
		}
		i.Rules = append(i.Rules, name)
	}
	if i.Reason == "" {
		return nil, "the comment ignores " + text.QuotedList(i.Rules, "and") + " without a reason"
	}
	return i, ""
}

func nearRule(name string) string {
	var ids []string
	for _, r := range rules.All() {
		ids = append(ids, r.ID)
	}
	if help := text.DidYouMean(name, ids); help != "" {
		return "; " + help
	}
	return ""
}

// ignoredRange returns the part of the text a comment applies to. After other text on a line, it is this line. For a comment
// on its own line, it is the next item: in XML the next key with its value, or the next element, or the whole property list
// if the comment comes before it; in YAML the next line with the deeper indented lines below.
func ignoredRange(file *diag.File, root *plist.Value, start, end int) (from, to int) {
	line := file.Position(start).Line
	lineStart := file.Offset(diag.Position{Line: line, Column: 1})
	if len(bytes.TrimSpace(file.Data[lineStart:start])) > 0 {
		return lineStart, lineStart + len(file.Line(line)) + 1
	}
	if root == nil {
		return yamlBlock(file, line+1)
	}
	if end <= root.Span.Start && root.Kind == plist.Dictionary {
		return 0, len(file.Data) + 1
	}
	return end, endOfNext(root, end)
}

// endOfNext returns the end of the first key or value after an offset, or the offset without one.
func endOfNext(v *plist.Value, offset int) int {
	for _, f := range v.Fields {
		switch {
		case f.Value == nil:
		case f.KeySpan.Start >= offset:
			return f.Value.Span.End + 1
		case f.Value.Span.Start >= offset:
			return f.Value.Span.End + 1
		case f.Value.Span.End > offset:
			return endOfNext(f.Value, offset)
		}
	}
	for _, item := range v.Items {
		switch {
		case item == nil:
		case item.Span.Start >= offset:
			return item.Span.End + 1
		case item.Span.End > offset:
			return endOfNext(item, offset)
		}
	}
	return offset
}

// yamlBlock returns the offsets of a block: the first line from n on with content, and the deeper indented lines below.
func yamlBlock(file *diag.File, n int) (from, to int) {
	last := file.Lines()
	for n <= last && saysNothing(file.Line(n)) {
		n++
	}
	from = file.Offset(diag.Position{Line: n, Column: 1})
	indent := indentOf(file.Line(n))
	for n++; n <= last && (saysNothing(file.Line(n)) || indentOf(file.Line(n)) > indent); n++ {
	}
	if n > last {
		return from, len(file.Data) + 1
	}
	return from, file.Offset(diag.Position{Line: n, Column: 1})
}

func saysNothing(line []byte) bool {
	line = bytes.TrimSpace(line)
	return len(line) == 0 || line[0] == '#'
}

func indentOf(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " ")) }
