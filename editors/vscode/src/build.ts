import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Server } from './server.ts';

/** A task that builds a template: its path, from the folder of the workspace on. tasks.json may have some, too. */
interface Definition extends vscode.TaskDefinition {
  template: string;
}

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
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  const template = folder === undefined ? uri.fsPath : path.relative(folder.uri.fsPath, uri.fsPath);
  const task = await taskOf(server, { type: 'syncguard', template }, folder);
  if (task !== undefined) {
    await vscode.tasks.executeTask(task);
  }
}

/** Makes tasks of tasks.json, and tasks that are run again, work. */
export function taskProvider(server: Server): vscode.Disposable {
  return vscode.tasks.registerTaskProvider('syncguard', {
    provideTasks: () => [],
    resolveTask: ({ definition, scope }) => taskOf(server, definition as Definition, typeof scope === 'object' ? scope : undefined),
  });
}

async function taskOf(server: Server, definition: Definition, folder: vscode.WorkspaceFolder | undefined): Promise<vscode.Task | undefined> {
  const program = await server.program();
  if (program === undefined) {
    return undefined;
  }
  const file = path.resolve(folder?.uri.fsPath ?? '', definition.template);
  const name = path.basename(file);
  const more = vscode.workspace.getConfiguration('syncguard', vscode.Uri.file(file)).get<string[]>('buildArguments', []);
  const execution = new vscode.ProcessExecution(program, ['build', name, ...more], { cwd: path.dirname(file) });
  const task = new vscode.Task(definition, folder ?? vscode.TaskScope.Workspace, `build ${definition.template}`, 'syncguard', execution, '$syncguard');
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true, panel: vscode.TaskPanelKind.Shared };
  task.group = vscode.TaskGroup.Build;
  return task;
}
