import path from 'node:path';
import * as vscode from 'vscode';
import { ExecuteCommandRequest } from 'vscode-languageclient/node';
import { askAbout } from './ask.ts';
import { folderOf } from './plans.ts';
import type { Monitor } from './runs/monitor.ts';
import { serverCommand } from './server/protocol.ts';
import { openTranscript } from './runs/transcript.ts';
import type { Server } from './server/server.ts';
import { installTypes } from './types.ts';
import type { RunView } from './view/panel.ts';
import { isWorkflow, openWorkflow } from './workflows.ts';
import { writeWorkflow } from './write.ts';

/** What is offered in the palette, menus and keys. What the server can do itself goes to the server. */
export function commands(extension: vscode.Uri, server: Server, monitor: Monitor, view: RunView): vscode.Disposable[] {
  const ask = async (command: string, target: object) => {
    await server.ready();
    return vscode.commands.executeCommand(command, target);
  };
  const on = (id: string, run: (script: vscode.Uri) => unknown) =>
    vscode.commands.registerCommand(id, (given?: unknown) => {
      const script = given instanceof vscode.Uri ? given : openWorkflow()?.uri;
      if (script !== undefined) return run(script);
      return vscode.window.showInformationMessage('Open a workflow script first: a file in .claude/workflows, or one that ends in .workflow.js.');
    });
  return [
    on('callsheet.runScript', (script) => ask(serverCommand.run, { uri: script.toString() })),
    on('callsheet.dryRunScript', (script) => ask(serverCommand.dryRun, { uri: script.toString() })),
    on('callsheet.resumeScript', (script) => ask(serverCommand.resume, { uri: script.toString() })),
    on('callsheet.openReport', (script) => ask(serverCommand.report, { uri: script.toString() })),
    on('callsheet.openPlan', async (script) => {
      const client = await server.ready();
      // Not by `executeCommand`: that is what a click on the lens does, and it opens the run view.
      await client?.sendRequest(ExecuteCommandRequest.type, { command: serverCommand.showPlan, arguments: [{ uri: script.toString() }] });
    }),
    on('callsheet.openRunView', (script) => view.show(script, monitor.newest(script)?.id ?? null, true)),
    on('callsheet.showTranscript', (script) => transcript(server, monitor, view, script)),
    on('callsheet.installTypes', (script) => installTypes(extension, script)),
    vscode.commands.registerCommand('callsheet.askAbout', (given?: unknown) => askAbout(server, given instanceof vscode.Uri ? given : undefined)),
    vscode.commands.registerCommand('callsheet.writeWorkflow', () => writeWorkflow(server)),
    vscode.commands.registerCommand('callsheet.stopRun', () => stop(monitor, ask)),
    vscode.commands.registerCommand('callsheet.restartServer', () => server.restart()),
    vscode.commands.registerCommand('callsheet.showLog', () => server.log.show()),
  ];
}

/** Stops the run of the open script, else the only one, else the one that is picked. */
async function stop(monitor: Monitor, ask: (command: string, target: object) => Thenable<unknown>): Promise<void> {
  const live = monitor.live();
  const script = openWorkflow()?.uri.toString();
  const own = live.filter((run) => run.script.toString() === script);
  let chosen = own.length === 1 ? own[0] : live.length === 1 ? live[0] : undefined;
  if (chosen === undefined && live.length > 1) {
    const items = live.map((run) => ({ label: path.basename(run.script.fsPath), description: `${run.finished} of ${run.agents} agents`, run }));
    chosen = (await vscode.window.showQuickPick(items, { title: 'Stop which run?' }))?.run;
  }
  if (chosen === undefined) return void (live.length === 0 && vscode.window.showInformationMessage('No workflow is running.'));
  await ask(serverCommand.stop, { runId: chosen.id, uri: chosen.script.toString() });
}

async function transcript(server: Server, monitor: Monitor, view: RunView, script: vscode.Uri): Promise<void> {
  const run = monitor.newest(script);
  if (run === undefined) return void vscode.window.showInformationMessage('This script has not run in this window. Earlier runs are in the view Workflow Runs.');
  if (run.live) return void vscode.window.showInformationMessage('The transcript is written when the run ends.');
  await openTranscript(server, folderOf(script), run.id, view.elsewhere(vscode.ViewColumn.Beside));
}

/** Tells menus and keys whether the active editor has a workflow script, and views whether there has been one. */
export function tellContext(): vscode.Disposable {
  const tell = () => {
    const document = vscode.window.activeTextEditor?.document;
    const workflow = document !== undefined && isWorkflow(document);
    void vscode.commands.executeCommand('setContext', 'callsheet.workflow', workflow);
    if (workflow) void vscode.commands.executeCommand('setContext', 'callsheet.used', true);
  };
  tell();
  return vscode.window.onDidChangeActiveTextEditor(tell);
}
