// The pages beside a text: the server makes them, and the editor shows them. They run no script.
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Server } from './server.ts';
import { themed } from './theme.ts';

const webview: vscode.WebviewOptions = { enableScripts: false, enableForms: false, enableCommandUris: false, localResourceRoots: [] };

const nothing = `<!doctype html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"></head>
<body><main class="wrap"><p>syncguard does not answer. “syncguard: Restart Server” tries again, “syncguard: Show Log” has the reason.</p></main></body></html>`;

/** Shows a page of the server in a panel, as long as that is open. */
class Shown {
  private html = '';

  constructor(
    private readonly server: Server,
    private readonly method: string,
    readonly panel: vscode.WebviewPanel,
    private uri: vscode.Uri,
    private position?: vscode.Position,
  ) {
    panel.webview.options = webview;
  }

  isOf(uri: vscode.Uri): boolean {
    return this.uri.toString() === uri.toString();
  }

  async move(uri: vscode.Uri, position?: vscode.Position): Promise<void> {
    this.uri = uri;
    if (position !== undefined) {
      this.position = position;
    }
    await this.refresh();
  }

  /** Without an answer the page stays as it is: the person is told the reason. */
  async refresh(): Promise<void> {
    const html = (await this.server.page(this.method, this.uri, this.position)) ?? (this.html || nothing);
    if (html !== this.html) {
      this.html = html;
      this.panel.webview.html = themed(html);
    }
  }
}

/** The panels for coverage, content and keys. */
export class Pages implements vscode.Disposable {
  private readonly coverages = new Map<string, Shown>();
  private readonly contents = new Set<Shown>();
  private readonly content = new Map<string, Shown>();
  private explanation: Shown | undefined;
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly server: Server,
    private readonly icon: vscode.Uri,
  ) {
    const changed = (uri: vscode.Uri): void => this.renew(uri);
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.{mobileconfig,plist}');
    this.disposables = [
      watcher,
      watcher.onDidChange(changed),
      vscode.workspace.onDidSaveTextDocument((document) => changed(document.uri)),
      server.onDidStart(() => this.renew()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('syncguard')) {
          setTimeout(() => this.renew(), 1000); // the server asks for the new settings first
        }
      }),
      vscode.window.registerCustomEditorProvider('syncguard.profile', this.profiles(), { supportsMultipleEditorsPerDocument: true }),
    ];
  }

  coverage(uri: vscode.Uri): Promise<void> {
    return this.beside(this.coverages, 'syncguard/coverage', 'Coverage', uri);
  }

  inspect(uri: vscode.Uri): Promise<void> {
    return this.beside(this.content, 'syncguard/inspect', 'Content', uri);
  }

  /** There is one panel for keys: the next one takes the place of the last. */
  async explain(uri: vscode.Uri, position: vscode.Position): Promise<void> {
    const html = await this.server.page('syncguard/explain', uri, position);
    if (html === undefined) {
      return;
    }
    if (html === '') {
      void vscode.window.showInformationMessage('syncguard: put the cursor on a key or a payload type.');
      return;
    }
    if (this.explanation === undefined) {
      const panel = this.panel('Explain key', '');
      this.explanation = new Shown(this.server, 'syncguard/explain', panel, uri, position);
      panel.onDidDispose(() => (this.explanation = undefined));
    }
    this.explanation.panel.reveal(undefined, true);
    await this.explanation.move(uri, position);
  }

  private async beside(all: Map<string, Shown>, method: string, title: string, uri: vscode.Uri): Promise<void> {
    const key = uri.toString();
    let shown = all.get(key);
    if (shown === undefined) {
      const html = await this.server.page(method, uri);
      if (html === undefined) {
        return;
      }
      shown = new Shown(this.server, method, this.panel(title, path.basename(uri.path)), uri);
      shown.panel.onDidDispose(() => all.delete(key));
      all.set(key, shown);
    }
    shown.panel.reveal(undefined, true);
    await shown.refresh();
  }

  private panel(title: string, file: string): vscode.WebviewPanel {
    const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel('syncguard.page', file === '' ? title : `${title}: ${file}`, where, webview);
    panel.iconPath = this.icon;
    return panel;
  }

  /** Signed and binary profiles open as a page: see takeOver. */
  private profiles(): vscode.CustomReadonlyEditorProvider {
    return {
      openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
      resolveCustomEditor: async (document, panel) => {
        const shown = new Shown(this.server, 'syncguard/inspect', panel, document.uri);
        this.contents.add(shown);
        panel.onDidDispose(() => this.contents.delete(shown));
        await shown.refresh();
      },
    };
  }

  /** A change of one file may be one of all: templates extend each other, and a finding is about a set of files. */
  private renew(uri?: vscode.Uri): void {
    const all = [...this.coverages.values(), ...this.content.values(), ...(this.explanation ? [this.explanation] : [])];
    for (const shown of all) {
      void shown.refresh();
    }
    for (const shown of this.contents) {
      if (uri === undefined || shown.isOf(uri)) {
        void shown.refresh();
      }
    }
  }

  dispose(): void {
    for (const shown of [...this.coverages.values(), ...this.content.values()]) {
      shown.panel.dispose();
    }
    this.explanation?.panel.dispose();
    this.disposables.forEach((d) => d.dispose());
  }
}
