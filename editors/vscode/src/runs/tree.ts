import * as vscode from 'vscode';
import type { Server } from '../server/server.ts';
import { duration, tokens } from '../../../view/src/text/numbers.ts';
import type { RunView } from '../view/panel.ts';
import { history, type PastRun } from './history.ts';
import type { Monitor } from './monitor.ts';
import { openReport, resumeRun } from './past.ts';
import { openTranscript } from './transcript.ts';

/** The runs of the workspace, newest first. */
export class RunsTree implements vscode.TreeDataProvider<PastRun>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly listening: vscode.Disposable[];

  constructor(private readonly server: Server, monitor: Monitor, private readonly view: RunView) {
    this.listening = [
      vscode.window.registerTreeDataProvider('callsheet.runs', this),
      monitor.onChange(() => this.changed.fire()),
      vscode.commands.registerCommand('callsheet.refreshRuns', () => this.changed.fire()),
      vscode.commands.registerCommand('callsheet.openRun', (run: PastRun) => {
        if (run.question !== undefined) monitor.asked(run.run);
        this.view.show(vscode.Uri.file(run.script), run.run, true);
      }),
      vscode.commands.registerCommand('callsheet.openRunTranscript', (run: PastRun) => openTranscript(this.server, run.folder, run.run, this.view.elsewhere(vscode.ViewColumn.Beside))),
      vscode.commands.registerCommand('callsheet.resumeRun', (run: PastRun) => resumeRun(this.server, run, this.view.elsewhere(vscode.ViewColumn.Active))),
      vscode.commands.registerCommand('callsheet.openRunReport', (run: PastRun) => openReport(this.server, run.folder, run.run)),
      vscode.commands.registerCommand('callsheet.openRunScript', (run: PastRun) => vscode.window.showTextDocument(vscode.Uri.file(run.script), { viewColumn: this.view.elsewhere(vscode.ViewColumn.Active) })),
    ];
  }

  async getChildren(of?: PastRun): Promise<PastRun[]> {
    if (of !== undefined) return [];
    const folders = vscode.workspace.workspaceFolders ?? [];
    const found = await Promise.all(folders.map(({ uri }) => history(this.server, uri.fsPath)));
    return found.flat().sort((a, b) => (a.run < b.run ? 1 : -1));
  }

  getTreeItem(run: PastRun): vscode.TreeItem {
    const item = new vscode.TreeItem(run.question ?? run.name);
    const live = run.status === 'running';
    item.id = run.run;
    const facts = [run.status, `${run.agents} ${run.agents === 1 ? 'agent' : 'agents'}`, `${tokens(run.tokens)} tokens`, duration(run.ms)];
    item.description = [...facts, ...(run.simulated ? ['simulated'] : [])].join(' · ');
    item.iconPath = new vscode.ThemeIcon(...icons[run.status]);
    item.tooltip = `${run.run}\n${run.question ?? run.script}`;
    item.contextValue = `${run.question === undefined ? 'run' : 'question'}.${live ? 'live' : 'past'}`;
    item.command = { command: 'callsheet.openRun', title: 'Open in the Run View', arguments: [run] };
    item.accessibilityInformation = { label: `${item.label as string}, ${item.description}` };
    return item;
  }

  dispose(): void {
    this.listening.forEach((listener) => listener.dispose());
    this.changed.dispose();
  }
}

const icons: Record<PastRun['status'], ConstructorParameters<typeof vscode.ThemeIcon>> = {
  running: ['sync~spin'],
  done: ['pass', new vscode.ThemeColor('charts.green')],
  failed: ['error', new vscode.ThemeColor('charts.red')],
  stopped: ['circle-slash'],
  'broken off': ['debug-disconnect'],
};
