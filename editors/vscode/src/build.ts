import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Server } from './server.ts';

/** Builds a template in a terminal, in its folder. Its errors become problems. */
export async function build(server: Server, uri: vscode.Uri): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    const choice = await vscode.window.showWarningMessage('syncguard: a folder that you do not trust is not built.', 'Manage trust');
    if (choice !== undefined) {
      await vscode.commands.executeCommand('workbench.trust.manage');
    }
    return;
  }
  await vscode.workspace.save(uri);
  const program = await server.program();
  if (program === undefined) {
    return;
  }
  const more = vscode.workspace.getConfiguration('syncguard', uri).get<string[]>('buildArguments', []);
  const name = path.basename(uri.fsPath);
  const execution = new vscode.ProcessExecution(program, ['build', name, ...more], { cwd: path.dirname(uri.fsPath) });
  const scope = vscode.workspace.getWorkspaceFolder(uri) ?? vscode.TaskScope.Workspace;
  const task = new vscode.Task({ type: 'syncguard', template: name }, scope, `build ${name}`, 'syncguard', execution, '$syncguard');
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true, panel: vscode.TaskPanelKind.Shared };
  task.group = vscode.TaskGroup.Build;
  await vscode.tasks.executeTask(task);
}
