package outline

import (
	"bytes"
	"strings"
)

// maxDepth is how deep values are nested; what is deeper counts as beside.
const maxDepth = 200

// readXML reads a property list. A tag that is not closed ends where the next one begins, and a value at the next tag.
func readXML(data []byte) *Node {
	r := &xmlReader{data: data, root: &Node{Kind: Array, End: len(data), Close: len(data)}}
	r.in = r.root
	for r.at < len(data) {
		i := bytes.IndexByte(data[r.at:], '<')
		if i < 0 {
			break
		}
		r.at += i
		if !r.skip("<!--", "-->") && !r.skip("<?", "?>") && !r.skip("<!", ">") {
			r.tag()
		}
	}
	r.closeLeaf(len(data))
	for r.in != r.root {
		r.pop(len(data))
	}
	if len(r.root.Nodes) == 0 {
		return r.root
	}
	top := r.root.Nodes[0]
	top.Parent = nil
	return top
}

type xmlReader struct {
	data  []byte
	at    int
	root  *Node // holds the top value
	in    *Node // the open dictionary or array
	depth int
	leaf  *Node // the open scalar, or the open key
	key   *Node // waits for its value
}

// skip skips a comment or the like. In a value CDATA is text.
func (r *xmlReader) skip(begin, end string) bool {
	if !bytes.HasPrefix(r.data[r.at:], []byte(begin)) {
		return false
	}
	if r.at += len(begin); bytes.HasPrefix(r.data[r.at:], []byte("[CDATA[")) {
		end = "]]>"
	}
	if i := bytes.Index(r.data[r.at:], []byte(end)); i >= 0 {
		r.at += i + len(end)
	} else {
		r.at = len(r.data)
	}
	return true
}

// tag reads one tag.
func (r *xmlReader) tag() {
	start := r.at
	rest := r.data[start+1:]
	i := bytes.IndexAny(rest, "<>")
	if i < 0 || rest[i] == '<' { // being typed
		r.at++
		return
	}
	inner := string(rest[:i])
	r.at = start + 1 + i + 1
	if name, isEnd := strings.CutPrefix(inner, "/"); isEnd {
		r.end(strings.TrimSpace(name), start)
		return
	}
	inner, isEmpty := strings.CutSuffix(inner, "/")
	name, _, _ := strings.Cut(strings.TrimSpace(inner), " ")
	r.closeLeaf(start)
	switch name {
	case "plist", "":
	case "dict", "array":
		kind := Dictionary
		if name == "array" {
			kind = Array
		}
		n := r.value(&Node{Kind: kind, Tag: name, Start: start, End: r.at, Open: r.at, Close: r.at})
		if !isEmpty && r.depth < maxDepth {
			r.in = n
			r.depth++
		}
	default:
		n := &Node{Kind: Scalar, Tag: name, Start: start, End: r.at, Open: r.at, Close: r.at}
		if name == "key" {
			r.dropKey(start)
		}
		if r.leaf = n; isEmpty || name == "true" || name == "false" {
			r.closeLeaf(r.at)
		}
	}
}

// end reads an end tag. One that fits nothing is passed over.
func (r *xmlReader) end(name string, start int) {
	if r.leaf != nil {
		isOwn := r.leaf.Tag == name
		n := r.leaf
		if r.closeLeaf(start); isOwn {
			n.End = r.at
			return
		}
	}
	for n := r.in; n != r.root; n = n.Parent {
		if n.Tag != name {
			continue
		}
		for r.in != n {
			r.pop(start)
		}
		r.pop(start)
		n.End = r.at
		return
	}
}

// closeLeaf ends the open scalar or key before an offset.
func (r *xmlReader) closeLeaf(at int) {
	n := r.leaf
	if n == nil {
		return
	}
	r.leaf = nil
	n.Close = max(n.Open, at)
	text := r.data[n.Open:n.Close]
	if n.Tag != "string" || bytes.IndexByte(text, '\n') >= 0 { // the line break belongs to what comes next
		n.Close = n.Open + len(bytes.TrimRight(text, " \t\r\n"))
	}
	n.Text = unescape.Replace(strings.TrimSpace(string(r.data[n.Open:n.Close])))
	if n.End = max(n.End, n.Close); n.Tag == "key" {
		r.key = n
		return
	}
	r.value(n)
}

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&amp;", "&")

// value adds a value to the open dictionary or array.
func (r *xmlReader) value(n *Node) *Node {
	if k := r.key; k != nil && r.in.Kind == Dictionary {
		n.Key, n.KeyStart, n.KeyEnd = k.Text, k.Open, k.Close
	}
	r.key = nil
	return r.in.add(n)
}

// dropKey adds the key that has no value.
func (r *xmlReader) dropKey(at int) {
	if r.key != nil && r.in.Kind == Dictionary {
		r.value(&Node{Start: at, End: at, Open: at, Close: at})
	}
	r.key = nil
}

// pop ends the open dictionary or array before an offset.
func (r *xmlReader) pop(at int) {
	r.dropKey(at)
	r.in.Close, r.in.End = at, at
	r.in = r.in.Parent
	r.depth--
}
