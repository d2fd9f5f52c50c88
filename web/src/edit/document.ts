// The document under edit. Its truth is the state of the text editor, also while that is not shown: the form's changes are transactions
// there, so one history serves both sides.
import { isolateHistory, redo, redoDepth, undo, undoDepth } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { xml } from "@codemirror/lang-xml";
import { yaml } from "@codemirror/lang-yaml";
import { setDiagnostics } from "@codemirror/lint";
import { Annotation, EditorSelection, EditorState, Transaction, type Extension, type TransactionSpec } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { call, EngineError } from "../engine";
import type { Diagnostic, Position, TextProblem, TreeNode, TreeNodeField, TreeValue } from "../results";

export type Path = (string | number)[]; // in the file's own tree: ["PayloadContent", 0, "allowCamera"]
export type Kind = "string" | "boolean" | "integer" | "real" | "date" | "data" | "array" | "dictionary" | "null";
export type Value = TreeValue;
export type Node = TreeNode;
export type Field = TreeNodeField;

// pause is how long nothing is typed before the text is read and checked.
const pause = 150;

// fromCode marks a selection that the page made, not a person.
const fromCode = Annotation.define<boolean>();

export class Doc {
  readonly kind: "profile" | "declaration" | "template";
  readonly address: string; // of the text, for the language server
  readonly tree = signal<Node | undefined>(undefined); // undefined while the text cannot be read
  readonly problem = signal<TextProblem | undefined>(undefined);
  readonly findings = signal<Diagnostic[]>([]);
  readonly targets: Signal<string[]>;
  readonly selected = signal<Path | undefined>(undefined); // the place of the editor's cursor
  readonly trouble = signal<EngineError | undefined>(undefined); // why the last change could not be made
  readonly busy = signal(true); // findings are those of an older text
  readonly text: ReadonlySignal<string>;
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;
  readonly changed: ReadonlySignal<boolean>; // since it was opened or saved

  state: EditorState;
  view: EditorView | undefined;
  private version = signal(0);
  private saved = signal<unknown>(undefined);
  private readonly lineBreak: "\n" | "\r\n";
  private queue: Promise<unknown> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reading = false;
  private last: { path: string; at: number } | undefined;
  private stopTargets: () => void;

  constructor(
    readonly name: string,
    text: string,
    extensions: (doc: Doc) => Extension = () => [],
    options: { targets?: Signal<string[]>; changed?: boolean } = {},
  ) {
    const isYAML = /\.ya?ml$/i.test(name);
    const isJSON = !isYAML && text.trimStart().startsWith("{");
    this.kind = isYAML ? "template" : isJSON ? "declaration" : "profile";
    this.address = `file:///home/text-${++made}/${encodeURIComponent(name)}`;
    this.targets = options.targets ?? signal<string[]>([]);
    // Lines that all end in CRLF are saved so again. Of mixed ends each carriage return stays a character of the text.
    const returns = (text.match(/\r/g) ?? []).length;
    const all = returns > 0 && returns === (text.match(/\r\n/g) ?? []).length && returns === (text.match(/\n/g) ?? []).length;
    this.lineBreak = all ? "\r\n" : "\n";
    this.state = EditorState.create({
      doc: EditorState.create({ extensions: EditorState.lineSeparator.of("\n") }).toText(all ? text.replaceAll("\r\n", "\n") : text),
      extensions: [
        EditorState.lineSeparator.of("\n"),
        isYAML ? yaml() : isJSON ? json() : xml(),
        EditorState.languageData.of(() => [{ wordChars: "-." }]), // identifiers and UUIDs are words
        extensions(this),
        EditorView.updateListener.of((update) => {
          this.state = update.state;
          if (update.docChanged) this.textChanged();
          if (update.selectionSet && !update.transactions.some((t) => t.annotation(fromCode))) this.showSelection();
        }),
      ],
    });
    this.saved.value = options.changed ? undefined : this.state.doc;
    this.text = computed(() => (this.version.value, this.state.doc.toString()));
    this.canUndo = computed(() => (this.version.value, undoDepth(this.state) > 0));
    this.canRedo = computed(() => (this.version.value, redoDepth(this.state) > 0));
    this.changed = computed(() => (this.version.value, !this.saved.value || !this.state.doc.eq(this.saved.value as EditorState["doc"])));
    this.stopTargets = this.targets.subscribe(() => this.schedule(0));
  }

  // bytes is the text as it is saved.
  bytes(): Uint8Array<ArrayBuffer> {
    const text = this.state.doc.toString();
    return new TextEncoder().encode(this.lineBreak === "\r\n" ? text.replaceAll("\n", "\r\n") : text);
  }

  // written waits for what the form was told to change; a field is told when it is left.
  async written(): Promise<void> {
    (document.activeElement as HTMLElement | null)?.dispatchEvent(new FocusEvent("blur"));
    await this.queue;
  }

  markSaved() {
    this.saved.value = this.state.doc;
  }

  close() {
    clearTimeout(this.timer);
    this.stopTargets();
    this.view?.destroy();
    this.view = undefined;
  }

  // Changes of one value. All bytes but those of the value stay. Missing dictionaries and arrays above it are made.
  assign(path: Path, value: Value | undefined): Promise<void> {
    return this.change(path, value ? { change: "set", path, value } : { change: "remove", path });
  }
  insert(path: Path, value: Value): Promise<void> {
    return this.change(path, { change: "insert", path, value });
  }
  move(path: Path, to: number): Promise<void> {
    return this.change(path, { change: "move", path, to });
  }
  rename(path: Path, key: string): Promise<void> {
    return this.change(path, { change: "rename", path, key });
  }

  private change(path: Path, change: { change: string; path: Path; value?: Value; to?: number; key?: string }): Promise<void> {
    const run = async () => {
      for (;;) {
        const version = this.version.peek();
        let edits;
        try {
          edits = (await call("assign", { name: this.name, text: this.text.peek(), ...change })).result.edits;
        } catch (error) {
          this.trouble.value = error as EngineError;
          this.version.value++; // so that the form shows the text's value again
          return;
        }
        if (version !== this.version.peek()) continue; // typed meanwhile
        this.trouble.value = undefined;
        if (edits.length === 0) return;
        const key = JSON.stringify([change.change, path]);
        const joins = this.last && this.last.path === key && Date.now() - this.last.at < 1000;
        this.last = { path: key, at: Date.now() };
        this.dispatch({
          changes: edits.map((e) => ({ from: e.start, to: e.end, insert: this.state.toText(e.text) })),
          userEvent: "input.form",
          annotations: joins ? [] : isolateHistory.of("before"),
        });
        return this.read();
      }
    };
    const result = this.queue.then(run);
    this.queue = result.catch(() => {});
    return result;
  }

  // fix applies the fix of a finding.
  async fix(finding: Diagnostic) {
    if (!finding.fix) return;
    this.dispatch({
      changes: finding.fix.edits.map((e) => ({ from: this.offset(e.start), to: this.offset(e.end ?? e.start), insert: this.state.toText(e.text) })),
      userEvent: "input.fix",
      annotations: isolateHistory.of("full"),
    });
    await this.read();
  }

  undo() {
    undo({ state: this.state, dispatch: (t) => this.dispatch(t) });
    this.schedule(0);
  }
  redo() {
    redo({ state: this.state, dispatch: (t) => this.dispatch(t) });
    this.schedule(0);
  }

  // select shows a value in the editor, if that is shown.
  select(path: Path) {
    if (!this.view?.scrollDOM.clientHeight) return;
    const node = nodeAt(this.tree.peek(), path);
    if (!node) return;
    const at = Math.min(node.start, this.state.doc.length);
    this.dispatch({
      selection: EditorSelection.cursor(at),
      effects: EditorView.scrollIntoView(at, { y: "center" }),
      annotations: fromCode.of(true),
    });
  }

  // reveal puts the cursor to a place of the text.
  reveal(from: number, to = from) {
    const end = this.state.doc.length;
    this.dispatch({ selection: EditorSelection.range(Math.min(from, end), Math.min(to, end)), effects: EditorView.scrollIntoView(Math.min(from, end), { y: "center" }) });
    this.view?.focus();
  }

  // offset is the place of a position, whose column counts characters.
  offset(at: Position | undefined): number {
    if (!at) return 0;
    const line = this.state.doc.line(Math.max(1, Math.min(at.line, this.state.doc.lines)));
    let units = line.number === 1 && line.text.startsWith("\ufeff") ? 1 : 0;
    for (let column = 1; column < at.column && units < line.length; column++) units += line.text.codePointAt(units)! > 0xffff ? 2 : 1;
    return line.from + units;
  }

  dispatch(spec: TransactionSpec | Transaction) {
    if (this.view) return this.view.dispatch(spec instanceof Transaction ? spec : this.state.update(spec));
    const transaction = spec instanceof Transaction ? spec : this.state.update(spec);
    this.state = transaction.state;
    if (transaction.docChanged) this.textChanged();
  }

  private textChanged() {
    this.version.value++;
    this.busy.value = true;
    this.schedule(pause);
  }

  private schedule(after: number) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.read(), after);
  }

  // read reads the values of the text and checks it. Answers about an older text are dropped.
  private async read(): Promise<void> {
    clearTimeout(this.timer);
    if (this.reading) return;
    this.reading = true;
    try {
      for (;;) {
        const version = this.version.peek();
        const targets = this.targets.peek();
        const text = this.text.peek();
        const { result } = await call("tree", { name: this.name, text });
        if (version !== this.version.peek()) continue;
        this.tree.value = result.tree;
        this.problem.value = result.problem;
        const findings = await this.lint(text, targets);
        if (version !== this.version.peek() || targets !== this.targets.peek()) continue;
        this.showFindings(findings);
        this.busy.value = false;
        return;
      }
    } catch (error) {
      this.trouble.value = error as EngineError;
    } finally {
      this.reading = false;
    }
  }

  private async lint(text: string, targets: string[]): Promise<Diagnostic[]> {
    const { result } = await call("lint", { targets: targets.length > 0 ? targets : undefined }, { [this.name]: new TextEncoder().encode(text) });
    const unread = (result.footer?.unread ?? []).map((u): Diagnostic => ({ rule: "", severity: "error", message: u.message }));
    return [...unread, ...result.files.flatMap((f) => f.findings)];
  }

  private showFindings(findings: Diagnostic[]) {
    this.findings.value = findings;
    const marks = findings.map((finding) => {
      const from = this.offset(finding.start);
      const fix = finding.fix;
      return {
        from,
        to: Math.max(from, this.offset(finding.end ?? finding.start)),
        severity: finding.severity === "note" ? ("info" as const) : finding.severity,
        message: finding.message + (finding.help ? `\n${finding.help}` : ""),
        source: finding.rule,
        actions: fix ? [{ name: fix.title, apply: () => void this.fix(finding) }] : [],
      };
    });
    this.dispatch(setDiagnostics(this.state, marks));
  }

  private showSelection() {
    const tree = this.tree.peek();
    if (tree && !this.busy.peek()) this.selected.value = pathAt(tree, this.state.selection.main.head);
  }
}

let made = 0;

// nodeAt returns the value at a path.
export function nodeAt(tree: Node | undefined, path: Path): Node | undefined {
  let node = tree;
  for (const step of path) {
    node = typeof step === "number" ? node?.items?.[step] : lastField(node, step)?.value;
  }
  return node;
}

// lastField is the one that counts of those with the same key.
const lastField = (node: Node | undefined, key: string) => node?.fields?.findLast((f) => f.key === key);

// pathAt returns the path of the innermost value around a place of the text, or of its key.
export function pathAt(tree: Node, at: number): Path {
  const path: Path = [];
  for (let node: Node | undefined = tree; node; ) {
    let next: Node | undefined;
    for (const field of node.fields ?? []) {
      if (field.keyStart <= at && at <= Math.max(field.value.end, field.keyEnd)) {
        path.push(field.key);
        next = field.value;
        break;
      }
    }
    const index: number = next ? -1 : (node.items ?? []).findIndex((item) => item.start <= at && at <= item.end);
    if (index >= 0) {
      path.push(index);
      next = node.items![index];
    }
    node = next;
  }
  return path;
}
