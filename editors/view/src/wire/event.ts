/**
 * What a run says of itself, one object for each thing that happened: a line of the journal, of `callsheet run --json`, an element
 * of `callsheet/runEvent`. The Rust side is `server/runtime/src/event.rs`; what is optional there is optional here. Only the run of a
 * question has files it is asked about, `contexts`.
 */
export type Event = { seq: number; ms: number } & Kind;

export type Kind =
  | { type: 'runStarted'; run?: string; name: string; script: string; args?: unknown; model?: string; seed?: number; simulated: boolean; concurrency: number; contexts?: ContextFile[]; resumedFrom?: string }
  | { type: 'phase'; title: string; workflow?: string }
  | { type: 'log'; message: string }
  | ({ type: 'warning'; message: string } & Place)
  | ({ type: 'agentQueued'; call: CallId; key?: string; label: string; prompt: string; excerpt?: Excerpt; phase?: string; workflow?: string; model?: string } & Place)
  | { type: 'agentStarted'; call: CallId }
  | { type: 'agentRetried'; call: CallId; attempt: number; reason: string; waitMs: number; usage: Usage; usd?: number }
  | { type: 'agentDone'; call: CallId; result: unknown; usage: Usage; usd?: number; cached?: boolean }
  | ({ type: 'agentFailed'; call: CallId; error: string; thrown: boolean; usage: Usage; usd?: number } & Place)
  | { type: 'agentSkipped'; call: CallId }
  | { type: 'agentHeld'; call: CallId }
  | ({ type: 'spendLimit'; provider?: string; message: string } & Place)
  | ({ type: 'dropped'; from: string; index: number; stage?: number; reason: string } & Place)
  | ({ type: 'rlmStarted'; node: string; label?: string; question: string; depth: number; contexts: RlmContext[]; phase?: string; workflow?: string } & Place)
  | { type: 'cell'; node: string; turn: number; cell: number; source: string; ok: boolean; output: string }
  | { type: 'rlmEnded'; node: string; how: RlmEnd; turns: number; error?: string; coverage: Covered[]; cited?: Cited[] }
  | { type: 'runEnded'; status: Status; result?: unknown; error?: RunError; totals?: unknown };

/** Names one agent call within a run: the calls of a run are counted from 1. */
export type CallId = number;

/** A place in the script. Lines and columns count from 1, columns in characters. */
export interface Place {
  line: number;
  column: number;
}

/** A text that a recursive language model is asked about, in UTF-16 units and estimated tokens. */
export interface RlmContext {
  name: string;
  characters: number;
  tokens: number;
}

/** A file that a run may use as a context. */
export interface ContextFile {
  name: string;
  path: string;
  bytes: number;
}

/** The part of a context that stands below a prompt: offsets in bytes, the end exclusive. */
export interface Excerpt {
  context: string;
  start: number;
  end: number;
}

/** A part of a context that an answer rests on, as the code that submitted it says; lines count from 1. */
export interface Cited extends Excerpt {
  firstLine: number;
  lastLine: number;
}

export type RlmEnd = 'submitted' | 'extracted' | 'direct' | 'failed' | 'abandoned';

/** How much of a context code has read and models were sent: `share` from 0 to 1, `bands` in percent for equal parts of it, in order. */
export interface Covered {
  read: Share;
  sent: Share;
}

export interface Share {
  share: number;
  bands?: number[];
}

/** Tokens; those that are missing are 0. */
export interface Usage {
  input?: number;
  output?: number;
  cacheRead?: number;
  cacheWrite?: number;
}

export type Status = 'ok' | 'failed' | 'stopped';

/** Why a run failed, and where in the script if that is known; `workflow` where that is a nested one. */
export interface RunError extends Partial<Place> {
  message: string;
  workflow?: string;
}
