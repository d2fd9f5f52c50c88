// Opens signed and binary profiles as a page in place of a text editor, which cannot show them.
import { open } from 'node:fs/promises';
import * as vscode from 'vscode';
import { isUnreadable } from './subject.ts';

const viewType = 'syncguard.profile';

/** Opens unreadable profiles by the page from now on. Whoever reopens one as text gets that. */
export function takeOver(): vscode.Disposable {
  const left = new Map<string, number>(); // when the page of a file was closed
  const look = (tabs: readonly vscode.Tab[]): void => {
    for (const tab of tabs) {
      if (tab.input instanceof vscode.TabInputText && isProfile(tab.input.uri) && Date.now() - (left.get(tab.input.uri.toString()) ?? 0) > 1000) {
        void replace(tab, tab.input.uri);
      }
    }
  };
  vscode.window.tabGroups.all.forEach((group) => look(group.tabs));
  return vscode.window.tabGroups.onDidChangeTabs(({ opened, closed }) => {
    for (const tab of closed) {
      if (tab.input instanceof vscode.TabInputCustom && tab.input.viewType === viewType) {
        left.set(tab.input.uri.toString(), Date.now());
      }
    }
    look(opened);
  });
}

function isProfile(uri: vscode.Uri): boolean {
  return uri.scheme === 'file' && /\.(mobileconfig|plist)$/i.test(uri.path);
}

async function replace(tab: vscode.Tab, uri: vscode.Uri): Promise<void> {
  if (!isUnreadable(uri.path, await beginning(uri.fsPath))) {
    return;
  }
  const { viewColumn } = tab.group;
  await vscode.commands.executeCommand('vscode.openWith', uri, viewType, { viewColumn, preview: tab.isPreview });
  const old = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((t) => t.input instanceof vscode.TabInputText && t.input.uri.toString() === uri.toString() && t.group.viewColumn === viewColumn);
  await vscode.window.tabGroups.close(old);
}

async function beginning(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return new Uint8Array();
  }
}
