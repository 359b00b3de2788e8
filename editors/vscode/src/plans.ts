import path from 'node:path';
import * as vscode from 'vscode';
import type { Plan, Prices } from '../../view/src/wire/plan.ts';
import { planRequest } from './server/protocol.ts';
import type { Server } from './server/server.ts';

/** The plan of a script as it stands in the editor, with the estimate of its lens, or as it was saved last; or why there is none. */
export async function planOf(server: Server, script: vscode.Uri): Promise<{ plan: Plan | null; problem?: string }> {
  try {
    const open = await server.running?.sendRequest(planRequest, { uri: script.toString() });
    if (open) return { plan: open };
    const answer = await server.once(['plan', script.fsPath, '--json'], folderOf(script));
    return { plan: JSON.parse(answer) as Plan };
  } catch (problem) {
    return { plan: null, problem: `There is no plan of this script: ${problem instanceof Error ? problem.message : String(problem)}` };
  }
}

/** What stands in the place of a plan where a question is answered, which has none: at whose prices money is counted. */
export async function pricesOf(server: Server, folder: string): Promise<{ plan: null; prices?: Prices }> {
  try {
    const { asOf, source, models } = JSON.parse(await server.once(['prices', 'inherit', '--json'], folder)) as Prices & { models: { id: string }[] };
    return { plan: null, prices: { asOf, source, models: { inherit: models[0]?.id ?? null } } };
  } catch (problem) {
    server.log.error(`The prices cannot be had: ${String(problem)}`);
    return { plan: null };
  }
}

/** The folder a script's runs are kept in: that of the workspace, else its own. */
export function folderOf(script: vscode.Uri): string {
  return vscode.workspace.getWorkspaceFolder(script)?.uri.fsPath ?? path.dirname(script.fsPath);
}
