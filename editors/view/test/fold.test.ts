import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { apply } from '../src/run/fold.ts';
import { before, finished, type RunState } from '../src/run/state.ts';
import type { Event, Kind } from '../src/wire/event.ts';

const numbered = (kinds: Kind[]): Event[] => kinds.map((kind, i) => ({ seq: i + 1, ms: i * 100, ...kind }));

function fold(...kinds: Kind[]): RunState {
  const run = before();
  for (const event of numbered(kinds)) apply(run, event);
  return run;
}

const ask = (call: number, phase?: string): Kind => ({ type: 'agentQueued', call, label: `a${call}`, prompt: `do ${call}`, line: 3, column: 9, ...(phase && { phase }) });

test('an agent queues, starts, tries again and ends', () => {
  const run = before();
  const seen = numbered([
    ask(1),
    { type: 'agentStarted', call: 1 },
    { type: 'agentRetried', call: 1, attempt: 2, reason: 'overloaded', waitMs: 5, usage: {} },
    { type: 'agentDone', call: 1, result: { ok: true }, usage: { input: 10, output: 5 }, usd: 0.5 },
  ]).map((event) => {
    apply(run, event);
    const agent = run.agents.get(1);
    return [agent?.progress, agent?.attempts];
  });
  assert.deepEqual(seen, [['queued', 0], ['running', 1], ['running', 2], ['done', 2]]);
  const agent = run.agents.get(1);
  assert.deepEqual(agent?.setbacks, ['overloaded']);
  assert.deepEqual(run.spent, { tokens: 15, usd: 0.5, unpriced: 0 });
  assert.deepEqual([run.running, run.peak, agent?.queuedMs, agent?.startedMs, agent?.endedMs], [0, 1, 0, 100, 300]);
});

test('what a failed attempt used is counted, and an unknown price is not taken for zero', () => {
  const run = fold(
    ask(1), { type: 'agentStarted', call: 1 },
    { type: 'agentRetried', call: 1, attempt: 2, reason: 'x', waitMs: 0, usage: { input: 7, output: 1 }, usd: 0.25 },
    { type: 'agentFailed', call: 1, error: 'no', thrown: true, line: 1, column: 1, usage: { cacheRead: 7 } },
  );
  assert.deepEqual(run.spent, { tokens: 15, usd: 0.25, unpriced: 1 });
  assert.equal(run.agents.get(1)?.progress, 'failed');
});

test('a cached answer costs nothing', () => {
  const run = fold(ask(1), { type: 'agentDone', call: 1, result: '', usage: { input: 5 }, cached: true });
  assert.deepEqual([run.agents.get(1)?.progress, run.spent.usd, run.spent.unpriced], ['cached', 0, 0]);
});

test('groups are kept by title and by nested workflow', () => {
  const run = fold(
    { type: 'phase', title: 'Find' }, ask(1, 'Find'), ask(2, 'Verify'), ask(3),
    { type: 'agentQueued', call: 4, label: 'n', prompt: '', phase: 'Find', workflow: 'inner', line: 1, column: 1 },
    { type: 'phase', title: 'Deep', workflow: 'inner' },
  );
  assert.deepEqual(run.groups.map((g) => [g.title, g.workflow, g.agents.length]),
    [['Find', null, 1], ['Verify', null, 1], [null, null, 1], ['Find', 'inner', 1], ['Deep', 'inner', 0]]);
  assert.equal(run.phase, 'Find');
});

test('calls stand in the tree of models by their keys, whatever names in the path hold', () => {
  const queued = (call: number, path: string, workflow?: string): Kind => ({ type: 'agentQueued', call, key: `${path}@abc#0`, label: `a${call}`, prompt: '', line: 1, column: 1, phase: 'what people see', ...(workflow && { workflow }) });
  const begun = (node: string, depth: number): Kind => ({ type: 'rlmStarted', node, question: 'q', depth, contexts: [], line: 1, column: 1 });
  const odd = 'lib/rlm[0]/turn[9]';
  const run = fold(
    begun('parallel[0]/rlm[0]', 0), queued(1, 'parallel[0]/rlm[0]/turn[1]'), { type: 'agentStarted', call: 1 },
    queued(2, 'parallel[0]/rlm[0]/turn[1].1'), queued(3, `parallel[0]/rlm[0]/turn[1].2/workflow(${odd})/parallel[3]`, odd),
    begun(`parallel[0]/rlm[0]/turn[1].2/workflow(${odd})/rlm[0]`, 1), queued(4, `parallel[0]/rlm[0]/turn[1].2/workflow(${odd})/rlm[0]/closing`),
    { type: 'cell', node: 'parallel[0]/rlm[0]', turn: 1, cell: 1, source: 'x', ok: false, output: 'no x' },
    queued(5, `workflow(${odd})/parallel[0]`, odd), queued(6, 'parallel[1]'),
    { type: 'agentDone', call: 4, result: '', usage: { input: 3 }, usd: 0.5 },
    { type: 'rlmEnded', node: `parallel[0]/rlm[0]/turn[1].2/workflow(${odd})/rlm[0]`, how: 'failed', turns: 0, error: 'no', coverage: [] },
  );
  const [top] = run.groups.find((g) => g.title === 'rlm')?.trees ?? [];
  const calls = (cells: { number: number; calls: { call: number }[] }[] = []) => cells.map((cell) => [cell.number, cell.calls.map((agent) => agent.call)]);
  assert.deepEqual(calls(top?.turns[0]?.cells), [[1, [2]], [2, [3]]]);
  assert.deepEqual([top?.turns[0]?.asked?.call, top?.turns[0]?.cells[0]?.ran?.ok], [1, false]);
  const [below] = top?.turns[0]?.cells[1]?.below ?? [];
  assert.deepEqual([below?.turns[0]?.number, below?.turns[0]?.asked?.call, below?.end?.error, below?.above?.cell?.number], ['closing', 4, 'no', 2]);
  assert.deepEqual([top, below].map((rlm) => [rlm?.agents.map((a) => a.call), rlm?.finished, rlm?.running, rlm?.spent.tokens]), [[[1, 2, 3, 4], 1, 1, 3], [[4], 1, 0, 3]]);
  assert.deepEqual(run.groups.map((g) => [g.title, g.workflow, g.agents.length]), [['rlm', null, 4], ['what people see', odd, 1], ['what people see', null, 1]]);
});

test('a question that is answered directly stands in its tree', () => {
  const queued = (call: number, path: string): Kind => ({ type: 'agentQueued', call, key: `${path}@abc#0`, label: `a${call}`, prompt: '', line: 1, column: 1 });
  const run = fold(
    { type: 'rlmStarted', node: 'rlm[0]', question: 'q', depth: 0, contexts: [], line: 1, column: 1 },
    queued(1, 'rlm[0]/direct'), queued(2, 'rlm[0]/closing'),
    { type: 'rlmEnded', node: 'rlm[0]', how: 'direct', turns: 0, coverage: [] },
  );
  const [rlm] = run.groups.find((g) => g.title === 'rlm')?.trees ?? [];
  assert.deepEqual(rlm?.turns.map((turn) => [turn.number, turn.asked?.call]), [['direct', 1], ['closing', 2]]);
  assert.equal(rlm?.end?.how, 'direct');
});

test('widths are kept by group', () => {
  const start = (call: number): Kind => ({ type: 'agentStarted', call });
  const run = fold(ask(1, 'A'), ask(2, 'A'), ask(3, 'B'), start(1), start(2), { type: 'agentSkipped', call: 1 }, start(3));
  assert.deepEqual([run.running, run.peak], [2, 2]);
  assert.deepEqual(run.groups.map((g) => [g.running, g.peak, g.finished]), [[1, 2, 1], [1, 1, 0]]);
});

test('events that arrive twice or late change nothing', () => {
  const events = numbered([ask(1), { type: 'agentStarted', call: 1 }, { type: 'agentDone', call: 1, result: 'r', usage: { output: 3 } }]);
  const run = before();
  for (const event of events) apply(run, event);
  const once = structuredClone(run);
  for (const event of events) apply(run, event);
  assert.deepEqual(run, once);
});

test('an event this view does not know is passed over', () => {
  const run = fold({ type: 'tomorrow' } as unknown as Kind, ask(1));
  assert.equal(run.agents.size, 1);
});

test('what was at work when a run ended is given up, and the end keeps its error and its place', () => {
  const error = { message: 'boom', line: 4, column: 2 };
  const run = fold(ask(1), { type: 'agentStarted', call: 1 }, { type: 'runEnded', status: 'failed', error });
  assert.deepEqual([run.agents.get(1)?.progress, run.running], ['abandoned', 0]);
  assert.deepEqual(run.end, { status: 'failed', result: undefined, error });
});

test('a recorded run folds to the totals its runtime counted', () => {
  const events = readFileSync('test/recorded.jsonl', 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Event);
  const run = before();
  for (const event of events) apply(run, event);
  const last = events.at(-1);
  assert.ok(last?.type === 'runEnded' && last.status === 'ok');
  const { agents, done, usage, usd } = last.totals as { agents: number; done: number; usage: Record<string, number>; usd: number };
  assert.deepEqual([run.agents.size, finished(run), run.spent.tokens], [agents, done, Object.values(usage).reduce((a, b) => a + b)]);
  assert.ok(Math.abs(run.spent.usd - usd) < 1e-9);
  assert.equal(run.name, 'review');
});

test('an account that may spend no more is told while its calls wait', () => {
  const run = fold(
    ask(1), { type: 'agentStarted', call: 1 }, { type: 'agentHeld', call: 1 },
    { type: 'spendLimit', provider: 'anthropic', message: 'Raise the limit', line: 3, column: 9 },
  );
  assert.deepEqual([run.agents.get(1)?.progress, run.running, run.limited], ['queued', 0, 'Raise the limit']);
  assert.deepEqual(run.lines, [{ kind: 'warning', text: 'Raise the limit', ms: 300, at: { line: 3, column: 9 } }]);
  apply(run, { seq: 5, ms: 400, type: 'runEnded', status: 'failed' });
  assert.equal(run.agents.get(1)?.progress, 'abandoned');
});
