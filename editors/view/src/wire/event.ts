/** What a run says of itself, in the order in which it happens. The names are those of the journal and of `callsheet/runEvent`. */
export type Event =
  | { type: 'runStarted'; script?: string; name?: string; model?: string; args?: unknown; concurrency?: number }
  | { type: 'phase'; title: string }
  | { type: 'log'; message: string }
  | ({ type: 'agentQueued'; call: CallId } & Ask)
  | { type: 'agentStarted'; call: CallId; attempt?: number; model?: string }
  | { type: 'agentRetried'; call: CallId; attempt?: number; reason?: string; error?: string; usage?: Usage; usd?: number }
  | { type: 'agentDone'; call: CallId; result?: unknown; usage?: Usage; usd?: number; cached?: boolean }
  | { type: 'agentFailed'; call: CallId; error?: string; usage?: Usage; usd?: number }
  | { type: 'agentSkipped'; call: CallId; reason?: string }
  | { type: 'dropped'; reason: string; line?: number; column?: number; count?: number }
  | { type: 'runEnded'; status?: 'done' | 'failed' | 'stopped'; result?: unknown; error?: string; line?: number; column?: number };

/** Names one agent call within a run. */
export type CallId = string | number;

/** What an agent is asked, and where the script asks it. Lines and columns count from 1. */
export interface Ask {
  label?: string;
  phase?: string;
  line?: number;
  column?: number;
  prompt?: string;
  model?: string;
}

/** Tokens of one answer. */
export interface Usage {
  input?: number;
  output?: number;
  cacheRead?: number;
  cacheWrite?: number;
}

/** An event with its place in the sequence, and when it happened, in milliseconds. */
export interface Entry {
  seq: number;
  at?: number;
  event: Event;
}
