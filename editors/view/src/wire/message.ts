import type { CallId, Event } from './event.ts';
import type { Plan, Prices } from './plan.ts';

/** The same job done in two ways: what differs, and the run of each. `server/runtime/src/report.rs`. */
export interface Comparison {
  type: 'comparison';
  question: string;
  simulated: boolean;
  axes: Axis[];
  sides: { name: string; messages: ToView[] }[];
}

/** One thing in which the two ways differ, and on what that rests. */
export interface Axis {
  name: string;
  workflow: string;
  rlm: string;
  basis: string;
}

/** What the view is told. */
export type ToView =
  /** A script and its plan; without a plan, why there is none, and at whose prices money is counted. Replaces the plan only, not the run. */
  | { type: 'plan'; title: string; plan: Plan | null; problem?: string; prices?: Prices }
  /** What the person may do here. */
  | { type: 'offer'; offers: Offer[]; note?: string }
  /** Another run begins, or none: what was shown of the last one goes. */
  | { type: 'run'; runId: string | null }
  /** No more events come of this run, although it has no end: it broke off, or what is shown is a picture of it. */
  | { type: 'left'; runId: string; how: Left }
  | { type: 'events'; runId: string; events: Event[] };

export type Left = 'broken off' | 'under way';

export type Command = 'run' | 'dryRun' | 'resume' | 'stop' | 'transcript' | 'report';

export type Offer = Command | 'reveal' | 'skip' | 'retry';

/** What the view asks for. */
export type FromView =
  | { type: 'ready' }
  | { type: 'command'; command: Command }
  | { type: 'reveal'; line: number; column: number }
  | { type: 'steer'; how: 'skip' | 'retry'; call: CallId };
