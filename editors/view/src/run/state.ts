import type { CallId, Place, RunError, Status } from '../wire/event.ts';
import type { Left } from '../wire/message.ts';

/** Where an agent stands. `abandoned`: the run ended before it did. */
export type Progress = 'queued' | 'running' | 'done' | 'cached' | 'failed' | 'skipped' | 'abandoned';

/** One agent of a run. Times are milliseconds since the run began. */
export interface Agent {
  call: CallId;
  label: string;
  group: Group;
  at: Place;
  prompt: string;
  model: string | null;
  progress: Progress;
  /** Attempts made, 0 while it only waits. */
  attempts: number;
  /** Why attempts before the present one came to nothing. */
  setbacks: string[];
  result: unknown;
  error: string | null;
  spent: Spent;
  queuedMs: number;
  startedMs: number | null;
  endedMs: number | null;
}

/** A progress group: a phase of the script or of a workflow nested in it; without a title, the calls outside of any. */
export interface Group {
  title: string | null;
  workflow: string | null;
  /** Agents at work, and most of them at once. */
  running: number;
  peak: number;
  /** Agents that are over, however they ended. */
  finished: number;
  agents: Agent[];
  spent: Spent;
}

/** Tokens and money. Money of attempts whose price is not known is not in `usd`: with `unpriced` over 0, it is a lower bound. */
export interface Spent {
  tokens: number;
  usd: number;
  unpriced: number;
}

/** A line of the run's story. */
export interface Line {
  kind: 'phase' | 'log' | 'warning' | 'dropped';
  text: string;
  ms: number;
  at: Place | null;
}

export interface Ending {
  status: Status;
  result: unknown;
  error: RunError | null;
}

/** A run at one moment: nothing but the fold of its events. */
export interface RunState {
  /** The last event taken in, 0 before the first. */
  seq: number;
  ms: number;
  name: string | null;
  model: string | null;
  simulated: boolean;
  script: string | null;
  seed: number | null;
  concurrency: number | null;
  args: unknown;
  resumedFrom: string | null;
  /** What is known of a run without an end of which nothing more comes. */
  left: Left | null;
  /** The phase the script itself is in. */
  phase: string | null;
  groups: Group[];
  agents: Map<CallId, Agent>;
  lines: Line[];
  dropped: number;
  running: number;
  peak: number;
  spent: Spent;
  end: Ending | null;
}

export function before(): RunState {
  return {
    seq: 0, ms: 0, name: null, model: null, simulated: false, script: null, seed: null, concurrency: null, args: undefined, resumedFrom: null, left: null, phase: null, groups: [], agents: new Map(), lines: [], dropped: 0,
    running: 0, peak: 0, spent: nothing(), end: null,
  };
}

export function nothing(): Spent {
  return { tokens: 0, usd: 0, unpriced: 0 };
}

/** Whether nothing more will happen to an agent. */
export function isOver(agent: Agent): boolean {
  return agent.progress !== 'queued' && agent.progress !== 'running';
}

/** Whether more events are to be expected. */
export function isLive(run: RunState): boolean {
  return run.seq > 0 && run.end === null && run.left === null;
}

/** The time of a run, in milliseconds since it began: `clock` while it is live, and where it ended after that. */
export function time(run: RunState, clock: number): number {
  return isLive(run) ? clock : run.ms;
}

/** Agents of the run that are over. */
export function finished(run: RunState): number {
  return run.groups.reduce((n, group) => n + group.finished, 0);
}
