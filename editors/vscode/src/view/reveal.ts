import * as vscode from 'vscode';
import { position } from './place.ts';

/** Shows a place of a script in an editor: not over the view, but where the script is open or in another column. */
export async function reveal(script: vscode.Uri, place: { line: number; column: number }, taken: vscode.ViewColumn | undefined): Promise<void> {
  const open = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === script.toString());
  const column = open?.viewColumn ?? (taken === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One);
  const document = await vscode.workspace.openTextDocument(script);
  const at = position(document, place);
  await vscode.window.showTextDocument(document, { viewColumn: column, selection: new vscode.Range(at, at) });
}
