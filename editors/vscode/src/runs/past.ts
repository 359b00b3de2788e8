import path from 'node:path';
import * as vscode from 'vscode';
import { serverCommand } from '../server/protocol.ts';
import type { Server } from '../server/server.ts';
import type { PastRun } from './history.ts';

/** Goes on with a run, once the server has shown what that does. The script is opened: it is run as it stands in the editor. */
export async function resumeRun(server: Server, run: PastRun, viewColumn: vscode.ViewColumn): Promise<void> {
  try {
    await vscode.window.showTextDocument(vscode.Uri.file(run.script), { viewColumn, preview: false });
  } catch {
    return void vscode.window.showErrorMessage(`The script of this run is gone: there is no ${run.script}. What ran is script.js in its folder.`);
  }
  await server.ready();
  await vscode.commands.executeCommand(serverCommand.resume, { uri: vscode.Uri.file(run.script).toString(), runId: run.run });
}

/** Writes a run as one page and opens it in the browser. */
export async function openReport(server: Server, folder: string, run: string): Promise<void> {
  const answer = JSON.parse(await server.once(['report', run, '--json', '--open', 'no'], folder)) as { file?: string; message?: string };
  if (answer.file === undefined) return void vscode.window.showErrorMessage(`The report was not written: ${answer.message ?? 'the log says more'}`);
  await vscode.env.openExternal(vscode.Uri.file(path.resolve(folder, answer.file)));
}
