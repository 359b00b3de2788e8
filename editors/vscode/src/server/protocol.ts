import { NotificationType, RequestType } from 'vscode-languageclient/node';
import type { Event } from '../../../view/src/wire/event.ts';
import type { Plan } from '../../../view/src/wire/plan.ts';

/** The server's commands: `vscode-languageclient` registers them under these names, so no command of the extension may have one. */
export const serverCommand = {
  run: 'callsheet.run',
  dryRun: 'callsheet.dryRun',
  resume: 'callsheet.resume',
  ask: 'callsheet.ask',
  write: 'callsheet.write',
  stop: 'callsheet.stop',
  showPlan: 'callsheet.showPlan',
  report: 'callsheet.report',
} as const;

/** An event with its number, as clients order by it. */
interface Numbered {
  seq: number;
  event: Event;
}

/** One event of a run; they come in order. */
export const runEvent = new NotificationType<{ runId: string; uri: string } & Numbered>('callsheet/runEvent');

/** The events of a run of this session from a number on. */
export const runEvents = new RequestType<{ runId: string; from: number }, { events: Numbered[]; live: boolean }, void>('callsheet/runEvents');

/** What an open script can do, with the estimate that its lens shows; null where it is not open. */
export const planRequest = new RequestType<{ uri: string }, Plan | null, void>('callsheet/plan');

/** The person has come to trust the workspace, or not. */
export const trust = new NotificationType<{ trusted: boolean }>('callsheet/trust');
