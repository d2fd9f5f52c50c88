import * as vscode from 'vscode';
import { build, taskProvider } from './build.ts';
import { Pages } from './pages.ts';
import { contentScheme, Server } from './server.ts';
import { type Kind, kindOf } from './subject.ts';
import { takeOver } from './takeover.ts';

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const running = (server = new Server());
  const pages = new Pages(running, vscode.Uri.joinPath(context.extensionUri, 'icon.png'));
  const look = (document: vscode.TextDocument): void => {
    const kind = kindOfDocument(document);
    if (kind !== undefined) {
      void running.start();
    }
    if (document === vscode.window.activeTextEditor?.document) {
      void vscode.commands.executeCommand('setContext', 'syncguard.kind', kind);
    }
  };
  const command = (name: string, run: (uri: vscode.Uri) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`syncguard.${name}`, (clicked?: unknown) => {
      const uri = clicked instanceof vscode.Uri ? clicked : activeUri();
      return uri?.scheme === 'file' || uri?.scheme === contentScheme ? run(uri) : vscode.window.showInformationMessage('syncguard: open a profile or a template first.');
    });
  context.subscriptions.push(
    pages,
    takeOver(),
    taskProvider(running),
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidSaveTextDocument(look),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.lineCount < 1000) {
        look(document);
      }
    }),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      if (editor === undefined) {
        void vscode.commands.executeCommand('setContext', 'syncguard.kind', undefined);
      } else {
        look(editor.document);
      }
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (running.isWanted && change.affectsConfiguration('syncguard.path')) {
        void running.restart();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      if (running.isWanted) {
        void running.restart();
      }
    }),
    command('build', (uri) => build(running, uri)),
    command('coverage', (uri) => pages.coverage(fileOf(uri))),
    command('inspect', (uri) => pages.inspect(fileOf(uri))),
    command('openContent', (uri) => running.openContent(uri)),
    command('explain', (uri) => pages.explain(uri, vscode.window.activeTextEditor?.selection.active ?? new vscode.Position(0, 0))),
    vscode.commands.registerCommand('syncguard.restart', () => running.restart()),
    vscode.commands.registerCommand('syncguard.showLog', () => running.log.show()),
    vscode.commands.registerCommand('syncguard.fixAll', () =>
      vscode.commands.executeCommand('editor.action.codeAction', { kind: 'source.fixAll.syncguard', apply: 'first' }),
    ),
  );
  vscode.workspace.textDocuments.forEach(look);
}

export async function deactivate(): Promise<void> {
  await server?.dispose();
}

function kindOfDocument(document: vscode.TextDocument): Kind | undefined {
  if (document.uri.scheme !== 'file') {
    return document.uri.scheme === contentScheme ? 'profile' : undefined;
  }
  return kindOf(document.languageId, document.uri.path, () => document.getText(new vscode.Range(0, 0, 1000, 0)));
}

/** The file that a text is the content of. */
function fileOf(uri: vscode.Uri): vscode.Uri {
  return uri.with({ scheme: 'file' });
}

/** The file of the editor in front, of text or of a page. */
function activeUri(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputCustom) {
    return input.uri;
  }
  return vscode.window.activeTextEditor?.document.uri;
}
