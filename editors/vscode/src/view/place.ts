import * as vscode from 'vscode';

/** A place whose column counts characters, as VS Code counts: in UTF-16 units. */
export function position(document: Pick<vscode.TextDocument, 'lineCount' | 'lineAt'>, { line, column }: { line: number; column: number }): vscode.Position {
  const row = Math.min(Math.max(line, 1), document.lineCount) - 1;
  const before = Array.from(document.lineAt(row).text).slice(0, Math.max(column, 1) - 1);
  return new vscode.Position(row, before.join('').length);
}
