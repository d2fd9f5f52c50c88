// The text editor: CodeMirror, with the engine's language server behind it.
import { acceptCompletion, autocompletion, insertCompletionText, type CompletionSource } from "@codemirror/autocomplete";
import { HighlightStyle, foldEffect, indentUnit, syntaxHighlighting } from "@codemirror/language";
import {
  LSPClient,
  findReferencesKeymap,
  formatDocument,
  formatKeymap,
  hoverTooltips,
  jumpToDefinitionKeymap,
  renameKeymap,
  serverCompletionSource,
} from "@codemirror/lsp-client";
import { EditorState, Prec, RangeSetBuilder, type Extension, type StateEffect } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, highlightSpecialChars, keymap, type DecorationSet, type ViewUpdate } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";
import { useEffect, useRef } from "preact/hooks";
import { Doc } from "../edit/document";
import { languageServer } from "../engine";
import "./editor.css";

// The client is common to all texts, and connects when the first editor shows.
let client: LSPClient | undefined;

function languageClient(): LSPClient {
  if (!client) {
    client = new LSPClient({ timeout: 30_000, sanitizeHTML: sanitized, extensions: [autocompletion({ override: [completion] }), hoverTooltips()] });
    client.connect(languageServer);
  }
  return client;
}

// completion asks the server. What it replaces may end behind the cursor, where an end tag stands; the text before it is what is matched.
const completion: CompletionSource = async (context) => {
  const result = await serverCompletionSource(context);
  if (!result || result.to === undefined || result.to <= context.pos) return result;
  const tail = result.to - context.pos;
  return {
    ...result,
    to: context.pos,
    validFor: result.validFor && /^[^\n]*$/,
    options: result.options.map((option) => ({
      ...option,
      apply: (view, chosen, from, to) => {
        const end = Math.min(to + tail, view.state.doc.length);
        if (typeof option.apply === "function") option.apply(view, chosen, from, end);
        else view.dispatch(insertCompletionText(view.state, option.apply ?? option.label, from, end));
      },
    })),
  };
};

const allowed = new Set("A B BR CODE EM H1 H2 H3 H4 HR I LI OL P PRE S SPAN STRONG TABLE TBODY TD TH THEAD TR UL".split(" "));

// sanitized keeps the plain elements of HTML, and links to web pages. It quotes texts of the file, which is anybody's.
export function sanitized(html: string): string {
  const parsed = new DOMParser().parseFromString(html, "text/html").body;
  for (const element of [...parsed.querySelectorAll("*")]) {
    if (!allowed.has(element.tagName)) {
      element.replaceWith(element.textContent ?? "");
      continue;
    }
    const link = element.getAttribute("href");
    const look = element.tagName === "SPAN" ? element.getAttribute("class") : null;
    for (const name of element.getAttributeNames()) element.removeAttribute(name);
    if (look) element.setAttribute("class", look);
    if (link && /^https:\/\//.test(link)) {
      element.setAttribute("href", link);
      element.setAttribute("target", "_blank");
      element.setAttribute("rel", "noreferrer");
    }
  }
  return parsed.innerHTML;
}

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--card)", fontSize: "0.875rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace', lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--soft)", color: "var(--faint)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent) 8%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 28%, transparent)",
  },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--card)", color: "var(--text)", border: "1px solid var(--line)" },
  ".cm-tooltip": { borderRadius: "0.5rem", maxWidth: "min(36rem, 90vw)", boxShadow: "0 4px 16px rgb(0 0 0 / 20%)" },
  ".cm-tooltip-lint, .cm-lsp-hover-tooltip": { padding: "0.4rem 0.7rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.5rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on)" },
  ".cm-diagnostic": { padding: "0.3rem 0.6rem", whiteSpace: "pre-wrap" },
  ".cm-diagnosticAction": { backgroundColor: "var(--accent)", color: "var(--on)", padding: "0.2rem 0.6rem", borderRadius: "0.4rem" },
  ".cm-button, .cm-textfield": { backgroundImage: "none", backgroundColor: "var(--card)", color: "var(--text)", borderColor: "var(--control)" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--soft)", color: "var(--faint)", borderColor: "var(--line)", padding: "0 0.4em" },
  ".cm-base64, .cm-base64 span": { color: "var(--faint)" },
  ".cm-matchingBracket": { backgroundColor: "color-mix(in srgb, var(--accent) 20%, transparent)" },
  a: { color: "var(--link)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket], color: "var(--faint)" },
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--link)" },
  { tag: [tags.string, tags.attributeValue], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--warn)" },
  { tag: [tags.comment, tags.processingInstruction, tags.documentMeta, tags.meta], color: "var(--faint)", fontStyle: "italic" },
]);

// base64 makes the data of a property list faint.
const base64 = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = this.find(view);
    }
    update(update: ViewUpdate) {
      if (update.docChanged || update.viewportChanged) this.decorations = this.find(update.view);
    }
    find({ state, visibleRanges }: EditorView): DecorationSet {
      const found = new RangeSetBuilder<Decoration>();
      for (const { from, to } of visibleRanges) {
        for (let at = state.doc.lineAt(from); ; at = state.doc.line(at.number + 1)) {
          if (/^\s*[A-Za-z0-9+/]{16,}={0,2}\s*$/.test(at.text)) found.add(at.from, at.to, Decoration.mark({ class: "cm-base64" }));
          if (at.to >= to || at.number === state.doc.lines) break;
        }
      }
      return found.finish();
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

// dataFolds folds the data of more than three lines.
function dataFolds(state: EditorState): StateEffect<unknown>[] {
  const folds: StateEffect<unknown>[] = [];
  const text = state.doc.toString();
  for (let at = text.indexOf("<data>"); at >= 0; ) {
    const end = text.indexOf("</data>", at);
    if (end < 0) break;
    const from = at + "<data>".length;
    if (state.doc.lineAt(end).number - state.doc.lineAt(from).number > 3) folds.push(foldEffect.of({ from, to: end }));
    at = text.indexOf("<data>", end);
  }
  return folds;
}

// editorExtensions are those of a Doc that an Editor will show.
export function editorExtensions(doc: Doc): Extension {
  return [
    basicSetup,
    highlightSpecialChars({ addSpecialChars: /[\u2060-\u2064\u202a-\u202c\u2068\u{e0000}-\u{e007f}]/gu }), // others that turn text round, or cannot be seen
    look,
    syntaxHighlighting(colours),
    base64,
    EditorView.lineWrapping,
    EditorState.tabSize.of(2),
    indentUnit.of(doc.kind === "profile" ? "\t" : "  "),
    EditorView.contentAttributes.of({ "aria-label": `Text of ${doc.name}`, tabindex: "0", spellcheck: "false", autocapitalize: "off", autocorrect: "off" }),
    Prec.high(keymap.of([{ key: "Tab", run: acceptCompletion }])),
    keymap.of([...formatKeymap, ...renameKeymap, ...jumpToDefinitionKeymap, ...findReferencesKeymap]),
    languageClient().plugin(doc.address, doc.kind === "template" ? "yaml" : doc.kind === "declaration" ? "json" : "xml"),
  ];
}

// openDoc returns a document for an Editor.
export function openDoc(name: string, text: string, options?: ConstructorParameters<typeof Doc>[3]): Doc {
  return new Doc(name, text, editorExtensions, options);
}

// format brings the text into its canonical form.
export const format = (doc: Doc) => doc.view && formatDocument(doc.view);

// Editor shows the text of a document. The editor is in a shadow tree: there its styles need no permission of the page's policy.
export function Editor({ doc }: { doc: Doc }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    const view = new EditorView({ state: doc.state, parent: root, root });
    doc.view = view;
    view.dispatch({ effects: dataFolds(view.state) });
    return () => {
      doc.state = view.state;
      if (doc.view === view) doc.view = undefined;
      view.destroy();
    };
  }, [doc]);
  return <div class="editor" ref={host} />;
}
