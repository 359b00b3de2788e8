import type { CallId, Event } from './wire/event.ts';
import type { Plan } from './wire/plan.ts';

/** What the view is told. */
export type ToView =
  /** A script and its plan; without a plan, why there is none. Replaces the plan only, not the run. */
  | { type: 'plan'; title: string; plan: Plan | null; problem?: string }
  /** What the person may do here. */
  | { type: 'offer'; offers: Offer[]; note?: string }
  /** Another run begins: what was shown of the last one goes. */
  | { type: 'run'; runId: string }
  | { type: 'events'; runId: string; events: Event[] };

export type Offer = 'run' | 'dryRun' | 'stop' | 'reveal' | 'skip' | 'retry';

/** What the view asks for. */
export type FromView =
  | { type: 'ready' }
  | { type: 'command'; command: 'run' | 'dryRun' | 'stop'; runId: string | null }
  | { type: 'reveal'; line: number; column: number }
  | { type: 'steer'; how: 'skip' | 'retry'; runId: string; call: CallId };

export interface Host {
  listen(take: (message: ToView) => void): void;
  say(message: FromView): void;
}

declare const acquireVsCodeApi: undefined | (() => { postMessage(message: FromView): void });

/** The VS Code panel around the view, or the page that carries a whole run as JSON in an element `callsheet-data`. */
export function host(): Host {
  if (typeof acquireVsCodeApi === 'function') {
    const vscode = acquireVsCodeApi();
    return {
      listen: (take) => window.addEventListener('message', (event) => take(event.data as ToView)),
      say: (message) => vscode.postMessage(message),
    };
  }
  return {
    listen: (take) => {
      const data = document.getElementById('callsheet-data')?.textContent;
      for (const message of data ? (JSON.parse(data) as ToView[]) : []) take(message);
      // Lets a page that embeds the view feed it.
      window.addEventListener('message', (event) => event.source === window && take(event.data as ToView));
    },
    say: () => {},
  };
}
