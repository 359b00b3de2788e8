import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import type { Event } from '../../../view/src/wire/event.ts';
import { runEvent } from '../server/protocol.ts';

/** A run of this session. */
export interface Run {
  id: string;
  script: vscode.Uri;
  live: boolean;
  status: 'running' | 'ok' | 'failed' | 'stopped';
  agents: number;
  finished: number;
}

/** Which runs there are in this session, and which of them go on. Their events are the server's: nothing of them is kept here. */
export class Monitor implements vscode.Disposable {
  readonly runs = new Map<string, Run>();
  private readonly questions = new Set<string>();
  private readonly said = new vscode.EventEmitter<{ run: Run; event: Event }>();
  private readonly changed = new vscode.EventEmitter<Run>();
  /** Events of a run as they arrive. */
  readonly onEvents = this.said.event;
  /** A run began or ended. */
  readonly onChange = this.changed.event;

  /** Listens to a server's runs; what ran in the server before it has ended. */
  follow(client: LanguageClient): vscode.Disposable {
    const listening = client.onNotification(runEvent, ({ runId, uri, event }) => this.take(this.began(runId, vscode.Uri.parse(uri)), event));
    return new vscode.Disposable(() => {
      listening.dispose();
      for (const run of this.live()) this.end(run, 'stopped');
    });
  }

  /** A run was asked for and has its name. */
  began(id: string, script: vscode.Uri): Run {
    const known = this.runs.get(id);
    if (known !== undefined) return known;
    const run: Run = { id, script, live: true, status: 'running', agents: 0, finished: 0 };
    this.runs.set(id, run);
    void vscode.commands.executeCommand('setContext', 'callsheet.used', true);
    this.update(run);
    return run;
  }

  /** A run answers a question: it is about a file or folder, and of no script. */
  asked(id: string): void {
    this.questions.add(id);
  }

  isQuestion(id: string | null | undefined): boolean {
    return typeof id === 'string' && this.questions.has(id);
  }

  live(): Run[] {
    return [...this.runs.values()].filter((run) => run.live);
  }

  /** The newest run of a script, live ones first. */
  newest(script: vscode.Uri): Run | undefined {
    const own = [...this.runs.values()].reverse().filter((run) => run.script.toString() === script.toString());
    return own.find((run) => run.live) ?? own[0];
  }

  private take(run: Run, event: Event): void {
    if (event.type === 'agentQueued') run.agents += 1;
    else if (event.type === 'agentDone' || event.type === 'agentFailed' || event.type === 'agentSkipped') run.finished += 1;
    else if (event.type === 'runEnded') this.end(run, event.status);
    this.said.fire({ run, event });
  }

  private end(run: Run, status: Run['status']): void {
    run.live = false;
    run.status = status;
    this.update(run);
  }

  private update(run: Run): void {
    void vscode.commands.executeCommand('setContext', 'callsheet.running', this.live().length > 0);
    this.changed.fire(run);
  }

  dispose(): void {
    this.said.dispose();
    this.changed.dispose();
  }
}
