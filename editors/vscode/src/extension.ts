import * as vscode from 'vscode';
import { Server } from './server.ts';
import { isSubject } from './subject.ts';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const running = (server = new Server());
  const look = (document: vscode.TextDocument): void => {
    if (!running.isWanted && document.uri.scheme === 'file' && isSubject(document.languageId, document.uri.path, () => document.getText())) {
      void running.start();
    }
  };
  context.subscriptions.push(
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidChangeTextDocument((change) => look(change.document)),
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
