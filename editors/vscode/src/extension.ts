import * as vscode from 'vscode';
import { commands, tellContext } from './commands.ts';
import { Estimate } from './estimate.ts';
import { Monitor } from './runs/monitor.ts';
import { Progress } from './runs/progress.ts';
import { starting } from './runs/start.ts';
import { quietly } from './runs/transcript.ts';
import { RunsTree } from './runs/tree.ts';
import { Server } from './server/server.ts';
import { RunView } from './view/panel.ts';

/** Wires the parts; none of them knows of another more than it is given here. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Callsheet', { log: true });
  const monitor = new Monitor();
  const estimate = new Estimate((script) => view.replan(script));
  const progress = new Progress(() => server.running);
  const server: Server = new Server(context.extensionUri, log, { ...progress.middleware, ...estimate.middleware, ...starting(monitor, () => view), ...quietly(() => view.visible) });
  const view: RunView = new RunView(context.extensionUri, server, monitor);
  server.withEach((client) => monitor.follow(client));
  server.withEach(() => new vscode.Disposable(() => progress.clear()));
  context.subscriptions.push(log, monitor, estimate, view, new RunsTree(server, monitor, view), tellContext(),
    ...commands(context.extensionUri, server, monitor, view), server);
  server.listen();
}
