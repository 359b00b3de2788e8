import * as vscode from 'vscode';

/** The server says the same of these in `server/lsp/src/workflows.rs`. */
const ALWAYS = ['**/.claude/workflows/*.js', '**/*.workflow.js'];

/** The files that are workflow scripts by their path: whatever language they are in, so that nobody's language is taken. */
export function selector(): { scheme: string; pattern: string }[] {
  const more = vscode.workspace.getConfiguration('callsheet').get<string[]>('files', []);
  const patterns = [...ALWAYS, ...more.map((glob) => (/^[/*]/.test(glob) ? glob : `**/${glob}`))];
  return patterns.flatMap((pattern) => ['file', 'untitled'].map((scheme) => ({ scheme, pattern })));
}

export function isWorkflow(document: vscode.TextDocument): boolean {
  return vscode.languages.match(selector(), document) > 0;
}

/** The workflow script in the active editor, else one that is visible. */
export function openWorkflow(): vscode.TextDocument | undefined {
  const editors = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors];
  return editors.find((editor) => editor && isWorkflow(editor.document))?.document;
}
