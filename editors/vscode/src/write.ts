import * as vscode from 'vscode';
import { serverCommand } from './server/protocol.ts';
import type { Server } from './server/server.ts';

/** Asks a person what a workflow is to do. The server has it written, shows it with its plan and cost, and offers to save or run it. */
export async function writeWorkflow(server: Server): Promise<void> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) return void vscode.window.showInformationMessage('Open a folder first: the workflow is saved in it.');
  const folder = folders.length === 1 ? folders[0] : await vscode.window.showWorkspaceFolderPick({ placeHolder: 'Write a workflow for which folder?' });
  if (folder === undefined) return;
  const task = await vscode.window.showInputBox({ title: 'Write a workflow', prompt: 'What is it to do? Nothing of it runs before you have seen it and its cost.', placeHolder: 'Review every file that changed, and have each finding refuted', ignoreFocusOut: true });
  if (task === undefined || task.trim() === '') return;
  if ((await server.ready()) !== undefined) await vscode.commands.executeCommand(serverCommand.write, { uri: folder.uri.toString(), task });
}
