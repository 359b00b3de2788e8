import { isLive, type Agent, type Group, type RunState } from '../run/state.ts';
import type { Because, Bounds, Plan, PlannedPhase, PlannedSite } from '../wire/plan.ts';
import { TREES } from '../run/tree.ts';

/** A phase: what the plan says of it, and what the run has made of it. */
export interface Lane {
  key: string;
  /** null for agents outside every phase. */
  title: string | null;
  /** The nested workflow it belongs to. */
  workflow: string | null;
  plan: PlannedPhase | null;
  group: Group | null;
  stage: 'ahead' | 'now' | 'past';
  rows: Row[];
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

/** The call sheet: the plan's phases and calls with the run's agents in their places, in the plan's order, then what was not planned. */
export function sheet(plan: Plan | null, run: RunState): Lane[] {
  const lanes = new Map<string, Lane>();
  const rows = new Map<string, Row>();
  const lane = (title: string | null, workflow: string | null): Lane => {
    const key = JSON.stringify([title, workflow]);
    let found = lanes.get(key);
    if (found === undefined) {
      const name = workflow === null ? title : title === null ? workflow : `${workflow} › ${title}`;
      found = { key, title: name, workflow, plan: null, group: null, stage: 'ahead', rows: [] };
      lanes.set(key, found);
    }
    return found;
  };
  const row = (home: Lane, line: number | null, column: number | null, label: string | null): Row => {
    const key = `${home.key} ${line}:${column}`;
    let found = rows.get(key);
    if (found === undefined) {
      found = { key, label, line, column, bounds: null, expr: null, because: [], agents: [], certain: 0, possible: 0 };
      rows.set(key, found);
      home.rows.push(found);
    }
    return found;
  };
  for (const phase of plan?.phases ?? []) lane(phase.title, phase.workflow ?? null).plan = phase;
  for (const call of plan?.calls ?? []) describe(row(lane(call.phase, null), call.line, call.column, call.label === '…' ? null : call.label), call);
  // What becomes of these is drawn as trees, once there is a run.
  if (run.seq === 0) for (const call of plan?.rlms ?? []) describe(row(lane(TREES, null), call.line, call.column, 'rlm'), call);
  for (const group of run.groups) {
    const home = lane(group.title, group.workflow);
    home.group = group;
    const here = group.running > 0 || (group.workflow === null && group.title === run.phase);
    home.stage = isLive(run) && here ? 'now' : 'past';
    for (const agent of group.agents) if (agent.spot === null) row(home, agent.at.line, agent.at.column, null).agents.push(agent);
  }
  for (const one of rows.values()) {
    one.label ??= common(one.agents);
    expect(one, run);
  }
  return [...lanes.values()].filter((l) => isShown(l));
}

/** A phase of the script is shown before it has agents; what a workflow in a cell announces has them in its tree. */
function isShown({ title, plan, group, rows, workflow }: Lane): boolean {
  if (rows.length > 0 || (group?.trees.length ?? 0) > 0) return true;
  return title !== null && (workflow === null || plan !== null);
}

function describe(row: Row, call: PlannedSite): void {
  row.bounds = { low: (row.bounds?.low ?? 0) + call.low, high: sum(row.bounds?.high ?? 0, call.high) };
  row.expr = call.expr ?? null;
  row.because = call.because ?? [];
}

function sum(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b;
}

/** The name all agents of a row have, if there is one. */
function common(agents: Agent[]): string | null {
  const [first] = agents;
  return first !== undefined && agents.length > 1 && agents.every((agent) => agent.label === first.label) ? first.label : null;
}

function expect(row: Row, run: RunState): void {
  if (row.bounds === null || (run.seq > 0 && !isLive(run))) return;
  const { low, high } = row.bounds;
  row.certain = Math.max(0, low - row.agents.length);
  row.possible = Math.max(0, (high ?? Infinity) - Math.max(low, row.agents.length));
}
