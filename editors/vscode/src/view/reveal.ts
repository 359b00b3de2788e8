import * as vscode from 'vscode';
import { position } from './place.ts';

/** Shows a place of a script in an editor: where the script is open, else in the column that is given. */
export async function reveal(script: vscode.Uri, place: { line: number; column: number }, elsewhere: vscode.ViewColumn): Promise<void> {
  const open = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === script.toString());
  const column = open?.viewColumn ?? elsewhere;
  const document = await vscode.workspace.openTextDocument(script);
  const at = position(document, place);
  await vscode.window.showTextDocument(document, { viewColumn: column, selection: new vscode.Range(at, at) });
}
