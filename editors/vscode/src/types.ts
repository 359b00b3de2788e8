import path from 'node:path';
import * as vscode from 'vscode';

/** Writes the dialect's types beside a script, so that JavaScript tooling knows `agent` and its results. What is there is never overwritten. */
export async function installTypes(extension: vscode.Uri, script: vscode.Uri): Promise<void> {
  const folder = vscode.Uri.joinPath(script, '..');
  const ours = vscode.Uri.joinPath(extension, 'dist', 'workflow.d.ts');
  const wanted: [string, string][] = [
    ['workflow.d.ts', text(await vscode.workspace.fs.readFile(ours))],
    ['jsconfig.json', jsconfig(path.basename(folder.path) === 'workflows' ? '*.js' : '*.workflow.js')],
  ];
  const written: string[] = [];
  for (const [name, content] of wanted) {
    const file = vscode.Uri.joinPath(folder, name);
    const there = await vscode.workspace.fs.readFile(file).then(text, () => null);
    if (there === content) continue;
    if (there !== null) {
      await compare(file, name, content);
      continue;
    }
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(content));
    written.push(name);
  }
  if (written.length > 0) void vscode.window.showInformationMessage(`Wrote ${written.join(' and ')} to ${vscode.workspace.asRelativePath(folder)}.`);
  else void vscode.window.showInformationMessage('Nothing was written: the files are there already.');
}

/** Shows what would have been written beside what is there. */
async function compare(file: vscode.Uri, name: string, content: string): Promise<void> {
  const proposed = await vscode.workspace.openTextDocument({ content, language: name.endsWith('.json') ? 'jsonc' : 'typescript' });
  await vscode.commands.executeCommand('vscode.diff', file, proposed.uri, `${name}: yours ↔ Callsheet’s`);
}

function jsconfig(scripts: string): string {
  const config = {
    compilerOptions: { target: 'esnext', module: 'esnext', moduleDetection: 'force', lib: ['esnext'], types: [], checkJs: false },
    include: [scripts, 'workflow.d.ts'],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
