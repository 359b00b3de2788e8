import type { CallId, Cited, Covered, Excerpt, Place, RlmContext, RlmEnd, RunError, Status } from '../wire/event.ts';
import type { Left } from '../wire/message.ts';

/** Where an agent stands. `abandoned`: the run ended before it did. */
export type Progress = 'queued' | 'running' | 'done' | 'cached' | 'failed' | 'skipped' | 'abandoned';

/** One agent of a run. Times are milliseconds since the run began. */
export interface Agent {
  call: CallId;
  label: string;
  group: Group;
  /** The nested workflow that made the call: its place is one in that. */
  workflow: string | null;
  /** Where in a recursive language model it stands, if it belongs to one. */
  spot: Spot | null;
  at: Place;
  prompt: string;
  /** The part of a context that stands below the prompt. */
  given: Given | null;
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

/** A part of a context, and the bytes of the whole where that is a file of the run. */
export interface Given extends Excerpt {
  of: number | null;
}

/** Some of the agents of a run, and what they took. */
export interface Tally {
  agents: Agent[];
  /** Agents at work, and most of them at once. */
  running: number;
  peak: number;
  /** Agents that are over, however they ended. */
  finished: number;
  spent: Spent;
}

/** A progress group: a phase of the script or of a workflow nested in it; without a title, the calls outside of any. */
export interface Group extends Tally {
  title: string | null;
  workflow: string | null;
  /** The recursive language models that its agents belong to; those which cells of others began are below these. */
  trees: Rlm[];
}

/** A recursive language model. Its agents are those of the models below it too. */
export interface Rlm extends Tally {
  /** Its path: the keys of its calls begin with it. */
  node: string;
  label: string | null;
  question: string;
  depth: number;
  contexts: RlmContext[];
  phase: string | null;
  workflow: string | null;
  /** The place in another's cell where it began; null where a script began it. */
  above: Spot | null;
  turns: Turn[];
  end: { how: RlmEnd; error: string | null; coverage: Covered[]; cited: Cited[] } | null;
  /** Counts what has changed in it or below it, so that what did not change is not drawn again. */
  changes: number;
}

/** A question to a root model, and what came of the cells in its answer. A direct one takes the place of all turns; the closing one comes after them. */
export interface Turn {
  number: number | 'closing' | 'direct';
  asked: Agent | null;
  cells: Cell[];
}

/** A piece of code that a root model wrote. Its code is known once it has run. */
export interface Cell {
  number: number;
  ran: { ok: boolean; source: string; output: string } | null;
  /** The calls it made, without those of models that it began. */
  calls: Agent[];
  below: Rlm[];
}

/** A place in a recursive language model: a turn, and a cell of it; without a cell, the question itself. */
export interface Spot {
  rlm: Rlm;
  turn: Turn;
  cell: Cell | null;
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
  /** Whether a question is answered: its script is not the person's. */
  question: boolean;
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
  /** Sizes in bytes of the files the run is asked about, by their names. */
  files: Map<string, number>;
  /** Recursive language models by their paths. */
  rlms: Map<string, Rlm>;
  lines: Line[];
  dropped: number;
  /** What was said last of an account that may spend no more. */
  limited: string | null;
  running: number;
  peak: number;
  spent: Spent;
  end: Ending | null;
}

export function before(): RunState {
  return {
    seq: 0, ms: 0, name: null, model: null, simulated: false, script: null, question: false, seed: null, concurrency: null, args: undefined, resumedFrom: null, left: null, phase: null, groups: [], agents: new Map(), files: new Map(), rlms: new Map(), lines: [], dropped: 0, limited: null,
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
