import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { serverCommand } from './server/protocol.ts';
import { openWorkflow } from './workflows.ts';

/** The estimate of the open script in the status bar: what its lens says, so that one number is not told in two ways. */
export class Estimate implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('callsheet.estimate', vscode.StatusBarAlignment.Left, 10);
  private readonly known = new Map<string, string>();
  private readonly listening: vscode.Disposable[];

  /** `changed` is told of each script whose estimate is another one now. */
  constructor(private readonly changed: (script: string) => void) {
    this.item.name = 'Callsheet: Estimate';
    this.item.command = 'callsheet.openRunView';
    this.listening = [
      vscode.window.onDidChangeActiveTextEditor(() => this.show()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.show()),
      vscode.workspace.onDidCloseTextDocument((document) => this.known.delete(document.uri.toString())),
    ];
  }

  readonly middleware: Pick<Middleware, 'provideCodeLenses'> = {
    provideCodeLenses: async (document, token, next) => {
      const lenses = await next(document, token);
      if (lenses && !token.isCancellationRequested) {
        const estimate = lenses.find((lens) => lens.command?.command === serverCommand.showPlan)?.command?.title;
        const script = document.uri.toString();
        const before = this.known.get(script);
        if (estimate === undefined) this.known.delete(script);
        else this.known.set(script, estimate);
        if (estimate !== before) this.changed(script);
        this.show();
      }
      return lenses;
    },
  };

  private show(): void {
    const { activeTextEditor: active } = vscode.window;
    // The run view and other panels are no text editors: the script beside them is still the open one.
    const script = openWorkflow();
    const estimate = script && (active === undefined || active.document === script) ? this.known.get(script.uri.toString()) : undefined;
    if (estimate === undefined) return this.item.hide();
    this.item.text = `$(list-tree) ${estimate}`;
    this.item.tooltip = new vscode.MarkdownString(`**What this script will do**\n\n${estimate}\n\nFrom the script as it stands in the editor; hints on its calls say how each number came about. Click for the run view.`);
    this.item.accessibilityInformation = { label: `Estimate of this workflow: ${estimate}` };
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
    this.listening.forEach((listener) => listener.dispose());
  }
}
