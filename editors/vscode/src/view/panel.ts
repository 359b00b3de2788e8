import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Event } from '../../../view/src/wire/event.ts';
import type { FromView, Offer, ToView } from '../../../view/src/wire/message.ts';
import { folderOf, planOf, pricesOf } from '../plans.ts';
import { eventsOf } from '../runs/history.ts';
import { openReport } from '../runs/past.ts';
import { openTranscript } from '../runs/transcript.ts';
import type { Monitor } from '../runs/monitor.ts';
import { runEvents, serverCommand } from '../server/protocol.ts';
import type { Server } from '../server/server.ts';
import { html } from './html.ts';
import { reveal } from './reveal.ts';

/** Events that come within this time go to the view together; it draws at most once in as much. */
const BUNDLE_MS = 33;

/** What the panel shows: a script, and a run of it once there is one. */
interface Subject {
  script: vscode.Uri;
  runId: string | null;
}

/** The run view beside the editor. It draws what it is sent and keeps nothing: hidden and shown again, it is told everything anew. */
export class RunView implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private subject: Subject | undefined;
  /** Events on their way to the view: sent together, and not before those from before them. */
  private waiting: Event[] = [];
  private catchingUp = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly listening: vscode.Disposable[];

  constructor(private readonly extension: vscode.Uri, private readonly server: Server, private readonly monitor: Monitor) {
    this.listening = [
      monitor.onEvents(({ run, event }) => {
        if (run.id !== this.subject?.runId || this.panel === undefined) return;
        this.waiting.push(event);
        this.timer ??= setTimeout(() => this.flush(), BUNDLE_MS);
      }),
      monitor.onChange((run) => run.id === this.subject?.runId && this.offer()),
      vscode.workspace.onDidSaveTextDocument((document) => document.uri.toString() === this.subject?.script.toString() && void this.sendPlan()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.offer()),
    ];
  }

  /** Whether a person can see the view now. */
  get visible(): boolean {
    return this.panel?.visible ?? false;
  }

  /** A column for a document that leaves the view in sight; the one that is given while no one sees the view. */
  elsewhere(otherwise: vscode.ViewColumn): vscode.ViewColumn {
    if (!this.visible) return otherwise;
    return this.panel?.viewColumn === vscode.ViewColumn.One ? vscode.ViewColumn.Two : vscode.ViewColumn.One;
  }

  /** Shows a script and its newest run, or the run that is named. */
  show(script: vscode.Uri, runId: string | null, takeFocus: boolean): void {
    const before = this.subject;
    this.subject = { script, runId };
    if (this.panel === undefined) this.open();
    else {
      this.panel.reveal(undefined, !takeFocus);
      if (before?.script.toString() !== script.toString() || this.monitor.isQuestion(runId) !== this.monitor.isQuestion(before?.runId)) void this.sendPlan();
      if (before?.runId !== runId) void this.sendRun();
      this.offer();
    }
    if (this.panel) this.panel.title = `Run: ${path.basename(script.fsPath)}`;
  }

  /** What a script will do is known anew. */
  replan(script: string): void {
    if (this.subject?.script.toString() === script) void this.sendPlan();
  }

  private open(): void {
    const dist = vscode.Uri.joinPath(this.extension, 'dist');
    const panel = vscode.window.createWebviewPanel('callsheet.runView', 'Run', { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, localResourceRoots: [dist], enableFindWidget: true });
    this.panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.extension, 'media', 'view.svg');
    panel.onDidDispose(() => (this.panel = undefined));
    panel.webview.onDidReceiveMessage((message: FromView) => void this.take(message));
    const at = (file: string) => panel.webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
    panel.webview.html = html(at('view.js'), at('view.css'), panel.webview.cspSource, randomBytes(16).toString('hex'));
  }

  private async take(message: FromView): Promise<void> {
    const subject = this.subject;
    if (subject === undefined) return;
    switch (message.type) {
      case 'ready':
        this.offer();
        await Promise.all([this.sendPlan(), this.sendRun()]);
        return;
      case 'command':
        if (message.command === 'transcript') await openTranscript(this.server, folderOf(subject.script), subject.runId ?? '', this.elsewhere(vscode.ViewColumn.Beside));
        else if (message.command === 'report') await openReport(this.server, folderOf(subject.script), subject.runId ?? '');
        else if (message.command === 'resume') await vscode.commands.executeCommand(serverCommand.resume, { uri: subject.script.toString(), runId: subject.runId });
        else if (message.command === 'stop') await vscode.commands.executeCommand(serverCommand.stop, { uri: subject.script.toString(), runId: subject.runId });
        else await vscode.commands.executeCommand(message.command === 'run' ? 'callsheet.runScript' : 'callsheet.dryRunScript', subject.script);
        return;
      case 'reveal':
        await reveal(subject.script, message, this.elsewhere(vscode.ViewColumn.Active));
        return;
      case 'steer':
        await vscode.commands.executeCommand(`callsheet.${message.how}`, { runId: subject.runId, call: message.call });
    }
  }

  private say(message: ToView): void {
    void this.panel?.webview.postMessage(message);
  }

  private offer(): void {
    const offers: Offer[] = ['reveal', 'stop', 'transcript', 'report'];
    const can = this.server.running?.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
    if (vscode.workspace.isTrusted && !this.monitor.isQuestion(this.subject?.runId)) offers.push('run', 'dryRun', 'resume');
    for (const how of ['skip', 'retry'] as const) if (can.includes(`callsheet.${how}`)) offers.push(how);
    this.say({ type: 'offer', offers, ...(!vscode.workspace.isTrusted && { note: 'Running is off: this workspace is not trusted.' }) });
  }

  private async sendPlan(): Promise<void> {
    const script = this.subject?.script;
    if (script === undefined || this.panel === undefined) return;
    const found = this.monitor.isQuestion(this.subject?.runId) ? await pricesOf(this.server, folderOf(script)) : await planOf(this.server, script);
    if (this.subject?.script === script) this.say({ type: 'plan', title: path.basename(script.fsPath), ...found });
  }

  /** Tells the view of the run from its beginning, in order. */
  private async sendRun(): Promise<void> {
    const runId = this.subject?.runId ?? null;
    this.waiting = [];
    this.say({ type: 'run', runId });
    if (runId === null) return;
    this.catchingUp = true;
    try {
      const past = await this.pastOf(runId);
      if (this.subject?.runId === runId) this.waiting.unshift(...past);
    } catch (problem) {
      this.server.log.error(`The events of run ${runId} cannot be had: ${String(problem)}`);
    } finally {
      this.catchingUp = false;
      this.flush();
    }
  }

  /** What has happened in a run: the server knows of those of this session, the disk of all. */
  private async pastOf(runId: string): Promise<Event[]> {
    if (!this.monitor.runs.has(runId)) return this.subject ? eventsOf(this.server, folderOf(this.subject.script), runId) : [];
    const client = await this.server.ready();
    const answer = await client?.sendRequest(runEvents, { runId, from: 1 });
    return (answer?.events ?? []).map(({ event }) => event);
  }

  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const runId = this.subject?.runId;
    if (this.catchingUp || !runId || this.waiting.length === 0) return;
    this.say({ type: 'events', runId, events: this.waiting.splice(0) });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.panel?.dispose();
    this.listening.forEach((listener) => listener.dispose());
  }
}
