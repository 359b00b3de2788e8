import type { Kind } from '../wire/event.ts';
import { nothing, type Agent, type Cell, type Rlm, type RunState, type Spot, type Tally, type Turn } from './state.ts';

/** The group of all trees, as the plan counts them. `RLM_PHASE` in `server/analysis/src/plan/rlm.rs`. */
export const TREES = 'rlm';

/** What of a path follows that of a model: `turn[2]` is a question to it, `turn[2].1` a cell of the answer. */
const STEP = /^(?:turn\[(\d+)\](?:\.(\d+))?|(closing|direct))(?:\/|$)/;

/** The place of a call or a model with this path in the innermost model around it, if there is one. Names in paths may hold slashes: only what began with that path is a model. */
export function spotOf(run: RunState, path: string): Spot | null {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const rlm = run.rlms.get(path.slice(0, end));
    const step = rlm && STEP.exec(path.slice(end + 1));
    if (!rlm || !step) continue;
    const turn = turnOf(rlm, step[3] === 'closing' || step[3] === 'direct' ? step[3] : Number(step[1]));
    return { rlm, turn, cell: step[2] === undefined ? null : cellOf(turn, Number(step[2])) };
  }
  return null;
}

/** The path in the key of a call. */
export function pathOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('@')));
}

export function begin(run: RunState, event: Kind & { type: 'rlmStarted' }): Rlm {
  const { node, label, question, depth, contexts, phase, workflow } = event;
  const above = spotOf(run, node);
  const rlm: Rlm = {
    node, label: label ?? null, question, depth, contexts, phase: phase ?? null, workflow: workflow ?? null, above, turns: [], end: null, changes: 0,
    agents: [], running: 0, peak: 0, finished: 0, spent: nothing(),
  };
  run.rlms.set(node, rlm);
  above?.cell?.below.push(rlm);
  touch(rlm);
  return rlm;
}

export function ran(run: RunState, { node, turn, cell, ok, source, output }: Kind & { type: 'cell' }): void {
  const rlm = run.rlms.get(node);
  if (rlm === undefined) return;
  cellOf(turnOf(rlm, turn), cell).ran = { ok, source, output };
  touch(rlm);
}

export function end(run: RunState, { node, how, error, coverage, cited }: Kind & { type: 'rlmEnded' }): void {
  const rlm = run.rlms.get(node);
  if (rlm === undefined) return;
  rlm.end = { how, error: error ?? null, coverage, cited: cited ?? [] };
  touch(rlm);
}

/** Puts an agent in its place. */
export function place(agent: Agent, { turn, cell }: Spot): void {
  if (cell === null) turn.asked = agent;
  else cell.calls.push(agent);
}

/** All that an agent counts in: its group, and the models around it. */
export function tallies(agent: Agent): Tally[] {
  return [agent.group, ...around(agent.spot?.rlm)];
}

/** Notes that something has changed in a model. */
export function touch(rlm: Rlm | undefined): void {
  for (const one of around(rlm)) one.changes += 1;
}

function around(rlm: Rlm | undefined): Rlm[] {
  const all = [];
  for (let at = rlm; at !== undefined; at = at.above?.rlm) all.push(at);
  return all;
}

function turnOf(rlm: Rlm, number: Turn['number']): Turn {
  let turn = rlm.turns.find((t) => t.number === number);
  if (turn === undefined) rlm.turns.push((turn = { number, asked: null, cells: [] }));
  return turn;
}

function cellOf(turn: Turn, number: number): Cell {
  let cell = turn.cells.find((c) => c.number === number);
  if (cell === undefined) turn.cells.push((cell = { number, ran: null, calls: [], below: [] }));
  return cell;
}
