import * as vscode from 'vscode';
import type { Middleware } from 'vscode-languageclient/node';
import { serverCommand } from '../server/protocol.ts';
import type { RunView } from '../view/panel.ts';
import type { Monitor } from './monitor.ts';

/** What stands between a click on a lens, wherever it is, and the server: trust before a run, the run view after; the view for a plan. */
export function starting(monitor: Monitor, view: () => RunView): Pick<Middleware, 'executeCommand'> {
  return {
    executeCommand: async (command, args, next) => {
      if (command === serverCommand.showPlan) return showPlan(scriptOf(args), monitor, view());
      if (!starters.has(command)) return next(command, args);
      if (!vscode.workspace.isTrusted) return void refuse();
      const answer = (await next(command, args)) as { runId?: string } | null | undefined;
      // What a person waits for there is the script, which the server shows.
      if (command === serverCommand.write) return answer;
      if (typeof answer?.runId === 'string') {
        const script = scriptOf(args);
        if (script && command === serverCommand.ask) monitor.asked(answer.runId);
        const open = vscode.workspace.getConfiguration('callsheet').get('runView.openOnRun', true);
        if (script) monitor.began(answer.runId, script);
        if (script && (open || view().visible)) view().show(script, answer.runId, false);
      }
      return answer;
    },
  };
}

/** What starts a run. */
const starters: ReadonlySet<string> = new Set([serverCommand.run, serverCommand.dryRun, serverCommand.resume, serverCommand.ask, serverCommand.write]);

function scriptOf(args: unknown[]): vscode.Uri | null {
  const [target] = args as [{ uri?: string } | undefined];
  return target?.uri ? vscode.Uri.parse(target.uri) : null;
}

function showPlan(script: vscode.Uri | null, monitor: Monitor, view: RunView): void {
  if (script !== null) view.show(script, monitor.newest(script)?.id ?? null, true);
}

async function refuse(): Promise<void> {
  const manage = 'Manage Workspace Trust';
  const picked = await vscode.window.showWarningMessage('A workflow runs only in a workspace you trust: it starts agents that act for you and may cost money. Its analysis works all the same.', manage);
  if (picked === manage) await vscode.commands.executeCommand('workbench.trust.manage');
}
