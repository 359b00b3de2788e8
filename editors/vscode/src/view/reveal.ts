import * as vscode from 'vscode';

/** Shows a place of a script in an editor: not over the view, but where the script is open or in another column. */
export async function reveal(script: vscode.Uri, place: { line: number; column: number }, taken: vscode.ViewColumn | undefined): Promise<void> {
  const open = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === script.toString());
  const column = open?.viewColumn ?? (taken === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One);
  const document = await vscode.workspace.openTextDocument(script);
  const at = position(document, place);
  await vscode.window.showTextDocument(document, { viewColumn: column, selection: new vscode.Range(at, at) });
}

/** A place whose column counts characters, as VS Code counts: in UTF-16 units. */
export function position(document: Pick<vscode.TextDocument, 'lineCount' | 'lineAt'>, { line, column }: { line: number; column: number }): vscode.Position {
  const row = Math.min(Math.max(line, 1), document.lineCount) - 1;
  const before = Array.from(document.lineAt(row).text).slice(0, Math.max(column, 1) - 1);
  return new vscode.Position(row, before.join('').length);
}
