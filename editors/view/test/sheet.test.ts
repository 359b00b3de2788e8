import assert from 'node:assert/strict';
import { test } from 'node:test';
import { facts } from '../src/draw/header.ts';
import { apply } from '../src/run/fold.ts';
import { before } from '../src/run/state.ts';
import { figures, gauge, money } from '../src/sheet/figures.ts';
import { bars } from '../src/sheet/timeline.ts';
import { sheet } from '../src/sheet/sheet.ts';
import { stretches } from '../src/sheet/tree.ts';
import { basis, bounds, duration, percent, range, tokens, usd } from '../src/text/numbers.ts';
import type { Kind } from '../src/wire/event.ts';
import type { Plan } from '../src/wire/plan.ts';

const unknown = { low: null, likely: null, high: null, basis: 'bounds' } as const;
const plan: Plan = {
  name: 'review',
  agents: { low: 3, high: 33 },
  peakWidth: { low: 1, high: 30 },
  criticalPath: { low: 1, high: 2 },
  phases: [
    { title: 'Review', agents: { low: 3, high: 3 }, tokens: unknown, usd: unknown },
    { title: 'Verify', agents: { low: 0, high: 30 }, tokens: unknown, usd: unknown },
  ],
  calls: [
    { line: 9, column: 5, phase: 'Review', label: null, low: 3, high: 3, expr: '3', because: [] },
    { line: 12, column: 7, phase: 'Verify', label: 'refute', low: 0, high: 30, expr: '≤10·findings', because: [] },
  ],
  tokens: { low: 1000, likely: 18000, high: 30000, basis: 'simulated', runs: 20 },
  usd: { low: 0, likely: null, high: null, basis: 'bounds' },
};

function run(...kinds: Kind[]) {
  const state = before();
  kinds.forEach((kind, i) => apply(state, { seq: i + 1, ms: i * 1000, ...kind }));
  return state;
}

test('before a run the sheet is the plan', () => {
  const lanes = sheet(plan, before());
  assert.deepEqual(lanes.map((l) => [l.title, l.stage, l.rows.map((r) => [r.certain, r.possible])]),
    [['Review', 'ahead', [[3, 0]]], ['Verify', 'ahead', [[0, 30]]]]);
});

test('agents take the places the plan kept for them', () => {
  const lanes = sheet(plan, run(
    { type: 'phase', title: 'Review' },
    { type: 'agentQueued', call: 1, label: 'a', prompt: '', line: 9, column: 5, phase: 'Review' },
    { type: 'agentQueued', call: 2, label: 'b', prompt: '', line: 12, column: 7, phase: 'Verify' },
    { type: 'agentDone', call: 2, result: '', usage: { output: 5 }, usd: 0 },
    { type: 'agentQueued', call: 3, label: 'c', prompt: '', line: 40, column: 1, phase: 'Unplanned' },
    { type: 'agentQueued', call: 4, label: 'd', prompt: '', line: 2, column: 1, phase: 'Review', workflow: 'inner' },
  ));
  assert.deepEqual(lanes.map((l) => [l.title, l.stage, l.group?.finished, l.group?.agents.length, l.group?.spent.tokens]),
    [['Review', 'now', 0, 1, 0], ['Verify', 'past', 1, 1, 5], ['Unplanned', 'past', 0, 1, 0], ['inner › Review', 'past', 0, 1, 0]]);
  assert.deepEqual(lanes[0]?.rows.map((r) => [r.agents.length, r.certain, r.possible]), [[1, 2, 0]]);
  assert.deepEqual(lanes[1]?.rows.map((r) => [r.agents.length, r.certain, r.possible]), [[1, 0, 29]]);
});

test('after the end nothing is expected any more', () => {
  const lanes = sheet(plan, run({ type: 'runEnded', status: 'ok' }));
  assert.deepEqual(lanes.flatMap((l) => l.rows.map((r) => r.certain + r.possible)), [0, 0]);
});

test('every figure has its basis, and a simulated one says so', () => {
  const state = run(
    { type: 'runStarted', name: 'n', script: 's', simulated: true, concurrency: 2 },
    { type: 'agentQueued', call: 1, label: '', prompt: '', line: 1, column: 1 },
    { type: 'agentDone', call: 1, result: '', usage: { input: 900 }, usd: 0 },
  );
  const shown = figures(plan, state, 5000).map((f) => [f.name, f.actual, f.expected, f.basis, f.simulated]);
  assert.deepEqual(shown, [
    ['Agents', '1', '3..33', 'from the script’s bounds', false],
    ['Tokens', '900', '≈18k (1.0k..30k)', 'from 20 simulated runs', true],
    ['Cost', '$0', 'unknown', 'from the script’s bounds', true],
    ['Time', '5.0 s', null, null, true],
  ]);
});

test('before a run the sheet says what is likely, how long it takes, and which limit bounds it', () => {
  const capped: Plan = {
    ...plan,
    agents: { low: 1, high: 1000, cap: { name: 'agent cap', limit: 1000, profile: 'claude-code', scriptHigh: null } },
    likelyAgents: { low: 1, likely: 5, high: 1000, basis: 'assumed' },
    seconds: { low: 1.5, likely: 16, high: 1267, basis: 'assumed' },
    ownPrice: true,
    prices: { asOf: '2026-11-25', source: 'list', models: {} },
  };
  const shown = figures(capped, before(), 0).map((f) => [f.name, f.expected, f.basis, f.note]);
  assert.deepEqual(shown, [
    ['Agents', '≈5 (1..1,000)', 'from assumed sizes · at most 1,000: agent cap', null],
    ['Tokens', '≈18k (1.0k..30k)', 'from 20 simulated runs', null],
    ['Cost', 'unknown', 'from the script’s bounds', 'at your prices and list prices of 2026\u201111\u201125'],
    ['Time', '≈16 s (1.5 s..21:07)', 'from assumed sizes', 'up to 30 at once, up to 2 one after another'],
  ]);
  const [, , , time] = figures(capped, run({ type: 'runStarted', name: 'n', script: 's', simulated: true, concurrency: 2 }), 5000);
  assert.equal(time?.expected, null, 'made-up answers come at their own pace');
});

test('a recursive model has a row before a run, and is a tree in one', () => {
  const planned: Plan = {
    ...plan, calls: [], rlms: [{ line: 8, column: 14, low: 1, high: 1000, expr: '≤31', because: [] }],
    phases: [{ title: 'rlm', agents: { low: 1, high: 1000 }, tokens: unknown, usd: unknown }, { title: 'Vote', workflow: 'inner', agents: { low: 0, high: 3 }, tokens: unknown, usd: unknown }],
  };
  const shown = (state = before()) => sheet(planned, state).map((l) => [l.title, l.rows.map((r) => [r.label, r.line, r.certain, r.possible]), l.group?.trees.length]);
  assert.deepEqual(shown(), [['rlm', [['rlm', 8, 1, 999]], undefined], ['inner › Vote', [], undefined]]);
  const begun = run({ type: 'rlmStarted', node: 'rlm[0]', question: 'q', depth: 0, contexts: [], line: 8, column: 14 },
    { type: 'agentQueued', call: 1, key: 'rlm[0]/turn[1]@a#0', label: '', prompt: '', line: 8, column: 14 }, { type: 'phase', title: 'Quiet', workflow: 'called by a cell' });
  assert.deepEqual(shown(begun), [['rlm', [], 1], ['inner › Vote', [], undefined]]);
});

test('a coverage is drawn with as few shapes as it has changes', () => {
  assert.deepEqual(stretches([100, 100, 0, 35]), [{ from: 0, to: 0.5, percent: 100 }, { from: 0.75, to: 1, percent: 35 }]);
  assert.deepEqual([0, 0.00001, 0.075, 0.9999, 1].map(percent), ['0 %', '0.1 %', '7.5 %', '99.9 %', '100 %']);
});

test('a price that is not known is not taken for zero', () => {
  assert.deepEqual([[0, 0], [0.5, 0], [0.5, 2], [0, 2]].map(([usd = 0, unpriced = 0]) => money({ tokens: 1, usd, unpriced })), ['$0', '$0.50', '≥$0.50', 'unknown']);
});

test('a gauge shows more than was bounded as more', () => {
  assert.deepEqual(gauge(40, { low: 0, likely: null, high: 30, basis: 'bounds' })?.over, true);
  assert.equal(gauge(3, unknown), null);
  assert.equal(gauge(3, { low: 1, likely: null, high: null, basis: 'bounds' })?.open, true);
});

test('numbers read at a glance', () => {
  assert.deepEqual([0, 999, 1000, 9949, 9950, 1.4e6, 127e6].map(tokens), ['0', '999', '1.0k', '9.9k', '10k', '1.4M', '127M']);
  assert.deepEqual([0, 0.001, 0.42, 17.3].map(usd), ['$0', '<$0.01', '$0.42', '$17']);
  assert.deepEqual([[3, 3], [0, 405505], [3, null], [0, null]].map(([low, high]) => bounds({ low: low ?? 0, high: high ?? null })),
    ['3', '0..405,505', '≥3', '?']);
  assert.deepEqual([400, 12_300, 185_000, 3_723_000].map(duration), ['0.4 s', '12 s', '3:05', '1:02:03']);
  assert.equal(range({ low: 5, likely: 5, high: 5, basis: 'exact' }, String), '5');
  assert.equal(basis({ basis: 'history', runs: 1 }), 'from 1 earlier run');
});

test('a range says no more than it knows', () => {
  const shown = ([[0, 2200, 31000], [0.001, 0.002, 0.16], [100, null, 300], [0, null, null], [7, null, null], [5, 9, null]] as const)
    .map(([low, likely, high], i) => range({ low, likely, high, basis: 'bounds' }, i === 1 ? usd : tokens));
  assert.deepEqual(shown, ['≈2.2k (up to 31k)', '<$0.01 (up to $0.16)', '100..300', 'unknown', '≥7', '≈9 (≥5)']);
});

test('over time, agents share as few tracks as do not overlap', () => {
  const ask = (call: number): Kind => ({ type: 'agentQueued', call, label: '', prompt: '', line: 1, column: 1 });
  const done = (call: number): Kind => ({ type: 'agentDone', call, result: '', usage: {} });
  const state = run(ask(1), ask(2), ask(3), { type: 'agentStarted', call: 1 }, { type: 'agentStarted', call: 2 }, done(1), { type: 'agentStarted', call: 3 });
  const placed = bars([...state.agents.values()], 9000).map(({ agent, track, from, to }) => [agent.call, track, from, to]);
  assert.deepEqual(placed, [[1, 0, 3000, 5000], [2, 1, 4000, 9000], [3, 0, 6000, 9000]]);
});

test('a question is told by what its run is about, not by the name of a script', () => {
  const started: Kind = { type: 'runStarted', name: 'rlm', script: 'rlm.workflow.js', args: { question: 'Who?' }, seed: 4, simulated: true, concurrency: 2 };
  const tree: Kind = { type: 'rlmStarted', node: 'rlm[0]', question: 'Who?', depth: 0, contexts: [], line: 1, column: 1 };
  assert.equal(facts('r1', run(started, tree)), 'Run r1 · rlm.workflow.js · args {"question":"Who?"} · seed 4 · 2 at a time');
  assert.equal(facts('r1', run({ ...started, contexts: [{ name: 'notes.txt', bytes: 14, path: '/a.txt' }] })), 'Run r1 · seed 4 · 2 at a time');
});
