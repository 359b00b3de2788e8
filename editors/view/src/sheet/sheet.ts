import { isOver, type Agent, type AgentState, type RunState } from '../run/state.ts';
import type { Because, Bounds, Plan, PlannedCall, PlannedPhase } from '../wire/plan.ts';

/** A phase: what the plan says of it, and the agents it has had. */
export interface Lane {
  /** null for agents outside every phase. */
  title: string | null;
  plan: PlannedPhase | null;
  stage: 'ahead' | 'now' | 'past';
  rows: Row[];
  tally: Tally;
  tokens: number;
  usd: number | null;
  /** Most agents at work at once. */
  peak: number;
}

/** One `agent(…)` of the script within a phase. */
export interface Row {
  key: string;
  label: string | null;
  line: number | null;
  column: number | null;
  bounds: Bounds | null;
  expr: string | null;
  because: Because[];
  agents: Agent[];
  /** Agents that will surely come, and those that may. `Infinity` where nothing bounds them. */
  certain: number;
  possible: number;
}

export type Tally = Record<AgentState, number> & { all: number; over: number };

/** The call sheet: the plan's phases and calls with the run's agents in their places, in the plan's order, then what was not planned. */
export function sheet(plan: Plan | null, run: RunState): Lane[] {
  const lanes = new Map<string | null, Lane>();
  const rows = new Map<string, Row>();
  const lane = (title: string | null): Lane => {
    let found = lanes.get(title);
    if (found === undefined) {
      found = {
        title, plan: null, stage: stage(run, title), rows: [], tally: nobody(), tokens: 0, usd: null,
        peak: run.widths.get(title)?.peak ?? 0,
      };
      lanes.set(title, found);
    }
    return found;
  };
  const row = (phase: string | null, line: number | null, column: number | null, label: string | null): Row => {
    const key = `${phase}\n${line}:${column}`;
    let found = rows.get(key);
    if (found === undefined) {
      found = { key, label, line, column, bounds: null, expr: null, because: [], agents: [], certain: 0, possible: 0 };
      rows.set(key, found);
      lane(phase).rows.push(found);
    }
    return found;
  };
  for (const phase of plan?.phases ?? []) lane(phase.title).plan = phase;
  for (const call of plan?.calls ?? []) describe(row(call.phase, call.line, call.column, call.label), call);
  for (const phase of run.phases) lane(phase);
  for (const agent of run.agents.values()) {
    row(agent.phase, agent.line, agent.column, agent.label).agents.push(agent);
    count(lane(agent.phase), agent);
  }
  for (const one of rows.values()) expect(one, run);
  return [...lanes.values()].filter((l) => l.title !== null || l.rows.length > 0);
}

function describe(row: Row, call: PlannedCall): void {
  row.bounds = { low: (row.bounds?.low ?? 0) + call.low, high: sum(row.bounds?.high ?? 0, call.high) };
  row.expr = call.expr ?? null;
  row.because = call.because ?? [];
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

function expect(row: Row, run: RunState): void {
  if (row.bounds === null || run.end !== null) return;
  const { low, high } = row.bounds;
  row.certain = Math.max(0, low - row.agents.length);
  row.possible = Math.max(0, (high ?? Infinity) - Math.max(low, row.agents.length));
}

function count(lane: Lane, agent: Agent): void {
  lane.tally[agent.state] += 1;
  lane.tally.all += 1;
  lane.tally.over += isOver(agent) ? 1 : 0;
  lane.tokens += agent.tokens;
  if (agent.usd !== null) lane.usd = (lane.usd ?? 0) + agent.usd;
}

function stage(run: RunState, title: string | null): Lane['stage'] {
  if (run.end === null && run.phase === title && run.seq >= 0) return 'now';
  return run.phases.includes(title) ? 'past' : 'ahead';
}

export function nobody(): Tally {
  return { queued: 0, running: 0, retrying: 0, done: 0, failed: 0, skipped: 0, all: 0, over: 0 };
}
