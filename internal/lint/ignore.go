package lint

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"

	"syncguard/internal/diag"
	"syncguard/internal/plist"
	"syncguard/internal/rules"
	"syncguard/internal/rules/rule"
	"syncguard/internal/text"
)

// Ignore takes findings of some rules out of a part of a file. In XML it is the comment
//
//	<!-- syncguard:ignore RULE, RULE: reason -->
//
// and in YAML what stands behind a # with the same words.
type Ignore struct {
	Rules  []string
	Reason string
	At     diag.Span // of the comment

	from, to int // offsets between which a finding has to begin
	used     bool
}

// Ignores returns the ignores in a text, and a finding for each that is none because its rule or its reason is missing.
// root is the tree of an XML property list whose spans point into the file; a YAML text has none.
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
		i.from, i.to = reach(file, root, at[0], at[1])
		ignores = append(ignores, i)
	}
	return ignores, found
}

// Covers says whether the ignore is for a finding, and remembers that it was needed.
func (i *Ignore) Covers(d diag.Diagnostic) bool {
	if d.Span.IsZero() || d.Span.File.Name != i.At.File.Name || d.Span.Start < i.from || d.Span.Start >= i.to || !slices.Contains(i.Rules, d.Rule) {
		return false
	}
	i.used = true
	return true
}

// Unused returns a finding for an ignore that no finding needed, and whether there is one. Rules that were not looked for
// do not count.
func (i *Ignore) Unused(looked func(rule string) bool) (diag.Diagnostic, bool) {
	if i.used || !slices.ContainsFunc(i.Rules, looked) {
		return diag.Diagnostic{}, false
	}
	return diag.Diagnostic{Rule: rule.UnusedIgnore, Severity: severityOf(rule.UnusedIgnore), Span: i.At,
		Message: "the comment ignores " + text.QuotedList(i.Rules, "and") + ", which finds nothing here", Help: "remove the comment"}, true
}

// maxIgnores bounds the time that a hostile file can take.
const maxIgnores = 1000

var (
	xmlComment  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)<!--\s*syncguard:ignore(.*?)-->`) })
	yamlComment = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)(?:^|[ \t])(#[ \t]*syncguard:ignore)([^\r\n]*)`) })
)

// xmlComments returns where each comment stands, and where what it says.
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

// isInText says whether an offset lies within a text of the tree: what looks like a comment there is none.
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

// parseIgnore reads " RULE, RULE: reason".
func parseIgnore(comment string) (i *Ignore, problem string) {
	names, reason, _ := strings.Cut(comment, ":")
	i = &Ignore{Reason: strings.TrimSpace(reason)}
	for name := range strings.SplitSeq(names, ",") {
		name = strings.TrimSpace(name)
		if name == "" {
			return nil, "the comment names no rule to ignore"
		}
		if _, ok := rules.Find(name); !ok {
			return nil, "the comment ignores " + quote(name) + ", which is no rule" + nearRule(name)
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

// reach returns the part of the text that a comment is for. Behind other text it is the comment's line. On a line of its
// own it is what follows: in XML the next key with its value, or the next element, and before the property list all of
// it; in YAML the next line with those below it that are indented deeper.
func reach(file *diag.File, root *plist.Value, start, end int) (from, to int) {
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

// endOfNext returns where the first key or value behind an offset ends, or the offset where there is none.
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

// yamlBlock returns where the first line from n on that says something stands, with what is indented deeper below it.
func yamlBlock(file *diag.File, n int) (from, to int) {
	last := file.Position(len(file.Data)).Line
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
