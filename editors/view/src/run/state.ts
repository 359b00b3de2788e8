import type { CallId } from '../wire/event.ts';

/** Where an agent stands. `retrying` is waiting for its next attempt. */
export type AgentState = 'queued' | 'running' | 'retrying' | 'done' | 'failed' | 'skipped';

/** One agent of a run. Times are milliseconds on the clock of the events. */
export interface Agent {
  call: CallId;
  label: string | null;
  phase: string | null;
  line: number | null;
  column: number | null;
  prompt: string | null;
  model: string | null;
  state: AgentState;
  /** Attempts begun, 0 while it has only been queued. */
  attempt: number;
  /** Why attempts before the present one came to nothing. */
  setbacks: string[];
  cached: boolean;
  result: unknown;
  error: string | null;
  tokens: number;
  /** null until a price is known. */
  usd: number | null;
  queuedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
}

export interface Line {
  kind: 'log' | 'phase' | 'dropped';
  text: string;
  at: number | null;
}

export interface Ending {
  status: 'done' | 'failed' | 'stopped';
  result: unknown;
  error: string | null;
  line: number | null;
  column: number | null;
}

/** A run at one moment: nothing but the fold of its events. */
export interface RunState {
  /** The last event taken in; a repeated or an older one changes nothing. */
  seq: number;
  name: string | null;
  script: string | null;
  model: string | null;
  simulated: boolean;
  phase: string | null;
  /** In the order in which they were entered or first used. */
  phases: (string | null)[];
  agents: Map<CallId, Agent>;
  lines: Line[];
  /** Work the run gave up without a result. */
  dropped: number;
  running: number;
  /** Most at once. */
  peak: number;
  /** The same two numbers by phase. */
  widths: Map<string | null, { now: number; peak: number }>;
  tokens: number;
  /** null until a price is known. */
  usd: number | null;
  startedAt: number | null;
  /** The time of the newest event. */
  at: number | null;
  end: Ending | null;
}

export function before(): RunState {
  return {
    seq: -1, name: null, script: null, model: null, simulated: false, phase: null, phases: [], agents: new Map(), lines: [],
    dropped: 0, running: 0, peak: 0, widths: new Map(), tokens: 0, usd: null, startedAt: null, at: null, end: null,
  };
}

/** Whether an agent has come to its end. */
export function isOver(agent: Agent): boolean {
  return agent.state === 'done' || agent.state === 'failed' || agent.state === 'skipped';
}
