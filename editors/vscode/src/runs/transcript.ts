import path from 'node:path';
import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import type { Server } from '../server/server.ts';

const NAME = 'transcript.md';

/** Opens the transcript of a run in that column; of one that was not run by an editor and has none, its tree and result. */
export async function openTranscript(server: Server, folder: string, runId: string, viewColumn: vscode.ViewColumn): Promise<void> {
  const file = vscode.Uri.file(path.join(folder, '.callsheet', 'runs', runId, NAME));
  const written = await vscode.workspace.fs.stat(file).then(() => true, () => false);
  const document = written
    ? await vscode.workspace.openTextDocument(file)
    : await vscode.workspace.openTextDocument({ content: await server.once(['runs', 'show', runId], folder), language: 'plaintext' });
  await vscode.window.showTextDocument(document, { viewColumn, preview: true });
}

/** At the end of a run the server shows its transcript. Where the run view shows the run already, it does not cover the script: a button leads there. */
export function quietly(viewed: () => boolean): Pick<Middleware, 'window'> {
  return {
    window: {
      showDocument: (params, token, next) => (params.uri.endsWith(`/${NAME}`) && viewed() ? { success: true } : next(params, token)),
    },
  };
}
