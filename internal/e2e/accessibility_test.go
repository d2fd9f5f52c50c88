//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// accessible wants a page to be usable by everyone: axe finds nothing, the keyboard reaches every control from top to
// bottom, and a screen reader speaks the text that is seen, in its order.
func accessible(page visit) {
	page.t.Helper()
	if found := axe(page); len(found) > 0 {
		page.t.Errorf("axe finds:\n%s", strings.Join(found, "\n"))
	}
	keyboard(page)
	screenReader(page)
}

// axe returns what the engine of that name finds, by all its rules but the experimental ones: violations, and what it
// could not decide by itself. Contrast that it could not decide (short text, text over a pseudo element) is measured by
// outline.
func axe(page visit) []string {
	page.t.Helper()
	path := os.Getenv("SYNCGUARD_AXE")
	if path == "" {
		page.t.Fatal("SYNCGUARD_AXE does not name axe.min.js; run make e2e")
	}
	engine, err := os.ReadFile(path)
	page.must(err)
	evaluate[bool](page, string(engine)+"; true")
	return evaluate[[]string](page, `axe.run(document, {preload: false, rules: {'target-size': {enabled: true}}}).then(found => {
		if (found.passes.length < 15) return ['only ' + found.passes.length + ' rules of axe apply'];
		return [...found.violations, ...found.incomplete.filter(rule => rule.id != 'color-contrast')].flatMap(rule => rule.nodes.map(node =>
			rule.id + ' (' + rule.impact + '): ' + node.html.slice(0, 200) + ' ' + (node.failureSummary || '').replace(/\s+/g, ' ')));
	})`, awaited)
}

func awaited(p *runtime.EvaluateParams) {
	wait := true
	p.AwaitPromise = &wait
}

// controls lists what can have the focus, from top to bottom.
const controls = `[...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')].filter(e => e.checkVisibility())`

// keyboard presses Tab through the page.
func keyboard(page visit) {
	page.t.Helper()
	n := evaluate[int](page, controls+`.length`)
	want := evaluate[[]string](page, controls+`.map(e => e.outerHTML.slice(0, 80))`)
	evaluate[bool](page, `document.activeElement.blur(), window.scrollTo(0, 0), true`)
	var got []string
	for range n {
		page.must(chromedp.Do(page.context, chromedp.KeyEvent("\t")))
		got = append(got, evaluate[string](page, `document.activeElement.outerHTML.slice(0, 80)`))
		if !evaluate[bool](page, `(s => s.outlineStyle != 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow != 'none')(getComputedStyle(document.activeElement))`) {
			page.t.Errorf("the focus is not seen on %s", got[len(got)-1])
		}
		if !evaluate[bool](page, `(r => r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth)(document.activeElement.getBoundingClientRect())`) {
			page.t.Errorf("the focus is off the screen on %s", got[len(got)-1])
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		page.t.Errorf("Tab goes another way than the page (-page +Tab):\n%s", diff)
	}
}

// screenReader reads the accessibility tree of the browser.
func screenReader(page visit) {
	page.t.Helper()
	tree, err := chromedp.Call(page.context, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	page.must(err)
	nodes := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range tree.Nodes {
		nodes[n.NodeID] = n
	}
	var spoken []string
	var walk func(n *accessibility.Node)
	walk = func(n *accessibility.Node) {
		role, name := axText(n.Role), axText(n.Name)
		switch role {
		case "StaticText":
			spoken = append(spoken, strings.Fields(name)...)
			return
		case "link", "button", "checkbox", "heading", "table", "image", "DisclosureTriangle", "navigation", "region":
			if !n.Ignored && strings.TrimSpace(name) == "" {
				page.t.Errorf("a screen reader gets no name for a %s", role)
			}
		}
		for _, id := range n.ChildIDs {
			if child := nodes[id]; child != nil {
				walk(child)
			}
		}
	}
	walk(tree.Nodes[0])
	seen := evaluate[[]string](page, `(() => {
		const words = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
		const made = e => (c => c.startsWith('counter(') ? String([...e.parentElement.children].indexOf(e) + 1)
			: [...c.matchAll(/"([^"]*)"/g)].map(m => m[1]).join(''))(getComputedStyle(e, '::before').content);
		const say = text => words.push(...text.split(/\s+/).filter(Boolean));
		while (walk.nextNode()) {
			const n = walk.currentNode, e = n.parentElement;
			if (!e.checkVisibility() || e.closest('[aria-hidden=true], script, style, svg')) continue;
			if (n.nodeType == 1) say(made(n)); else say(n.textContent);
		}
		return words;
	})()`)
	// pieces of a word in two elements are one word to the eye
	if diff := cmp.Diff(strings.Join(seen, ""), strings.Join(spoken, "")); diff != "" {
		page.t.Errorf("a screen reader speaks another text than the page shows (-page +spoken):\n%s", diff)
	}
	if turned := evaluate[[]string](page, `[...document.querySelectorAll('body *')].filter(e => { const s = getComputedStyle(e); return s.order != '0' || s.flexDirection.endsWith('reverse') || s.flexWrap == 'wrap-reverse'; }).map(e => e.tagName)`); len(turned) > 0 {
		page.t.Errorf("shown in another order than spoken: %v", turned)
	}
}

func axText(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var s string
	if json.Unmarshal(v.Value, &s) != nil {
		return fmt.Sprint(string(v.Value))
	}
	return s
}

// The tests above can fail: a page with the faults that they are there to find.
func TestAxeFindsFaults(t *testing.T) {
	b := newBrowser(t)
	ctx, cancel := chromedp.NewContext(b.context)
	defer cancel()
	page := visit{t, ctx}
	page.must(chromedp.Do(ctx, chromedp.Navigate("data:text/html,"+`<html><title>x</title><style>a{outline:none}</style><main><h1>A</h1><h3>B</h3><img src="x"><p style="color:%23aaa;background:%23fff">faint</p><input type="checkbox"></main>`)))
	found := strings.Join(axe(page), "\n")
	for _, rule := range []string{"html-has-lang", "heading-order", "image-alt", "color-contrast", "label"} {
		if !strings.Contains(found, rule+" (") {
			t.Errorf("axe does not find %s in:\n%s", rule, found)
		}
	}
}
