import { readFileSync } from 'node:fs';

// Plans and events to draw: those of the seed example, and of runs of any size.

const unknown = { low: null, likely: null, high: null, basis: 'bounds' };

export const plan = {
  name: 'review-changes',
  description: 'Review the changes in three dimensions; refute each finding with a second agent.',
  agents: { low: 3, high: 33 },
  peakWidth: { low: 1, high: 30 },
  criticalPath: { low: 1, high: 2 },
  phases: [
    { title: 'Review', agents: { low: 3, high: 3 }, tokens: { low: 2400, likely: 6200, high: 9000, basis: 'bounds' }, usd: { low: 0.01, likely: 0.04, high: 0.09, basis: 'bounds' } },
    { title: 'Verify', agents: { low: 0, high: 30 }, tokens: { low: 0, likely: 12000, high: 60000, basis: 'bounds' }, usd: { low: 0, likely: 0.08, high: 0.6, basis: 'bounds' } },
  ],
  calls: [
    { line: 24, column: 12, phase: 'Review', label: 'review', low: 3, high: 3, expr: '3', because: [] },
    { line: 31, column: 9, phase: 'Verify', label: 'refute', low: 0, high: 30, expr: '≤10·findings',
      because: [{ line: 25, column: 5, text: 'the number of findings is decided by the run, at most 10 by its schema' }] },
  ],
  tokens: { low: 2400, likely: 18200, high: 69000, basis: 'simulated', runs: 20 },
  usd: { low: 0.01, likely: 0.12, high: 0.69, basis: 'simulated', runs: 20 },
};

export const unbounded = {
  ...plan,
  name: 'sweep-until-dry',
  agents: { low: 1, high: null },
  peakWidth: { low: 1, high: 1 },
  criticalPath: { low: 1, high: null },
  phases: [{ title: 'Sweep', agents: { low: 1, high: null }, tokens: unknown, usd: unknown }],
  calls: [{ line: 7, column: 16, phase: 'Sweep', label: null, low: 1, high: null, expr: '?',
    because: [{ line: 6, column: 1, text: 'the loop goes on until an answer is empty' }] }],
  tokens: unknown,
  usd: unknown,
};

/** A run of `n` agents in two phases, `cap` at a time, as events; `until` is the share of it that has happened; as a `tree`, all but three are calls of one cell. */
export function run(n, { cap = 16, until = 1, tree = false } = {}) {
  const events = [];
  let ms = 0;
  const say = (event) => events.push({ seq: events.length + 1, ms, ...event });
  const start = (call) => say({ type: 'agentStarted', call });
  say({ type: 'runStarted', run: '20260102-030405-a1b2', name: plan.name, script: 'review.workflow.js', model: 'simulated', simulated: true, concurrency: cap });
  say({ type: 'phase', title: 'Review' });
  ['bugs', 'performance', 'security'].forEach((label, i) => say({ type: 'agentQueued', call: i + 1, label, phase: 'Review', line: 24, column: 12, prompt: `Review the diff for ${label}.\nReturn findings.` }));
  for (const call of [1, 2, 3]) start(call);
  for (const call of [1, 2, 3]) {
    ms += 800;
    say({ type: 'agentDone', call, result: { findings: [{ file: 'src/a.ts', line: 10 + call }] }, usage: { input: 1200, output: 300 + call }, usd: 0 });
  }
  say({ type: 'phase', title: 'Verify' });
  const total = Math.max(0, n - 3);
  say({ type: 'log', message: `${total} findings to refute` });
  if (tree) say({ type: 'rlmStarted', node: 'rlm[0]', question: 'Which are real?', depth: 0, contexts: [], phase: 'Verify', line: 31, column: 9 });
  for (let i = 0; i < total; i++) say({ type: 'agentQueued', call: i + 4, ...(tree && { key: 'rlm[0]/turn[1].1@0#0' }), label: `src/file-${i}.ts`, phase: 'Verify', line: 31, column: 9, prompt: `Refute finding ${i}: “naïve 比較 🙂”` });
  const active = [];
  const end = Math.floor(total * until);
  let next = 0;
  for (let done = 0; ; done++) {
    while (active.length < cap && next < total) { start(next + 4); active.push(next++); }
    if (done >= end) break;
    const i = active.shift();
    const call = i + 4;
    const usage = { input: 700, output: 90 };
    ms += 40;
    if (i % 17 === 5) say({ type: 'agentRetried', call, attempt: 2, reason: '529 overloaded', waitMs: 500, usage: {} });
    if (i % 23 === 7) say({ type: 'agentFailed', call, error: 'The answer did not fit the schema: /verdict is missing.', thrown: true, line: 31, column: 9, usage, usd: 0 });
    else if (i % 29 === 8) say({ type: 'agentSkipped', call });
    else say({ type: 'agentDone', call, result: { verdict: i % 2 ? 'real' : 'refuted' }, usage, usd: 0, ...(i % 11 === 3 && { cached: true }) });
    if (i % 23 === 7) say({ type: 'dropped', from: 'pipeline', index: i, stage: 1, reason: 'The answer did not fit the schema.', line: 30, column: 3 });
  }
  if (until < 1 && active.length > 1) say({ type: 'agentRetried', call: active[1] + 4, attempt: 2, reason: '429 slow down', waitMs: 500, usage: {} });
  if (until === 1) say({ type: 'runEnded', status: 'ok', result: { confirmed: 4, refuted: 6 } });
  return events;
}

/** A run whose script begins a recursive model, which begins two more, and calls a workflow whose name looks like a path; `until` is the share of it that has happened. */
export function recursion({ until = 1 } = {}) {
  const events = [];
  const calls = new Map();
  let ms = 0;
  const say = (event) => events.push({ seq: events.length + 1, ms, ...event });
  const queued = (path, label, more = {}) => {
    calls.set(path + label, calls.size + 1);
    say({ type: 'agentQueued', call: calls.size, key: `${path}@${'0'.repeat(64)}#0`, label, phase: `${path.split('/').slice(0, 2).join(' › ')} · turn`, line: 8, column: 14, prompt: `About ${label}`, model: 'haiku', ...more });
    say({ type: 'agentStarted', call: calls.size });
  };
  const done = (path, label, result = 'It says so.', usage = { input: 1900, output: 240 }, usd = 0.004) => {
    ms += 130;
    say({ type: 'agentDone', call: calls.get(path + label), result, usage, usd });
  };
  const asked = (node, turn, name = `turn ${turn}`) => {
    const path = turn === null ? `${node}/closing` : `${node}/turn[${turn}]`;
    queued(path, name, { model: 'opus' });
    ms += 900;
    done(path, name, 'Here is what I do next.', { input: 4200, output: 380 }, 0.031);
  };
  const cell = (node, turn, source, output, ok = true, number = 1) => say({ type: 'cell', node, turn, cell: number, source, ok, output });
  const bands = (from, to, percent = 100) => Array.from({ length: 64 }, (_, i) => (i >= from && i < to ? percent : 0));
  const covered = (read, sent) => ({ read: { share: read.reduce((a, b) => a + b, 0) / 6400, bands: read }, sent: { share: sent.reduce((a, b) => a + b, 0) / 6400, bands: sent } });
  const top = 'parallel[0]/rlm[0]';
  say({ type: 'runStarted', run: '20260102-030405-a1b2', name: 'audit', script: 'audit.workflow.js', simulated: true, concurrency: 8, contexts: [{ name: 'contracts.txt', path: '/contracts.txt', bytes: 1_852_300, hash: '0' }] });
  say({ type: 'phase', title: 'Scope' });
  queued('parallel[1]', 'scope', { phase: 'Scope', line: 6, column: 9 });
  done('parallel[1]', 'scope');
  say({ type: 'phase', title: 'Read' });
  say({ type: 'rlmStarted', node: top, label: 'contracts', question: 'Which of the contracts allow either side to end them within 90 days, and on what conditions?\nName the clause.', depth: 0, contexts: [{ name: 'contracts.txt', characters: 1_840_220, tokens: 460_055 }, { name: 'glossary.md', characters: 18_400, tokens: 4600 }], phase: 'Read', line: 8, column: 14 });
  asked(top, 1);
  cell(top, 1, "print(ctx.length, ctx.lines)\nprint(ctx.head(400))", '[cell 1] ok, 0 calls\n1840220 41877\nMASTER SERVICE AGREEMENT …\nNew or changed: nothing');
  asked(top, 2);
  cell(top, 2, "// The clauses that matter\nconst hits = ctx.grep(/terminat(e|ion)/)\nprint(hits.lenght.toFixed())", "[cell 1] failed, 0 calls\nTypeError: cannot read property 'toFixed' of undefined\n  at line 3, column 13\n    print(hits.lenght.toFixed())", false);
  asked(top, 3);
  const third = `${top}/turn[3].1`;
  for (let i = 0; i < 11; i++) queued(third, `part ${i + 1}`, { excerpt: { context: 'contracts.txt', start: i * 100_000, end: (i + 1) * 100_000, hash: '0' } });
  for (let i = 0; i < 11; i++) done(third, `part ${i + 1}`);
  cell(top, 3, "const chunks = ctx.chunk({ by: 'chars', size: 100000 })\nconst parts = await llm_query_batched(chunks.map((chunk) => ({ prompt: question, context: chunk })))\nnote('parts', parts.length)", '[cell 1] ok, 11 calls\nNew or changed: chunks Array(11), parts Array(11)');
  asked(top, 4);
  const fourth = `${top}/turn[4].1`;
  ['rlm[0]', 'rlm[1]'].forEach((name, i) => {
    const node = `${fourth}/${name}`;
    say({ type: 'rlmStarted', node, question: `Is clause ${12 + i} mutual?`, depth: 1, contexts: [{ name: 'context', characters: 92_110, tokens: 23_028 }], phase: 'Read', line: 8, column: 14 });
    asked(node, 1);
    queued(`${node}/turn[1].1`, 'clause');
    done(`${node}/turn[1].1`, 'clause');
    cell(node, 1, "const said = await llm_query('Is it mutual?', { context: ctx })\nsubmit(said)", 'submitted');
    if (i === 1) asked(node, null, 'closing');
    say({ type: 'rlmEnded', node, how: i === 1 ? 'extracted' : 'submitted', turns: 1, coverage: [covered(bands(0, 64), bands(0, 64))] });
  });
  for (const label of ['mutual', 'one side']) queued(`${fourth}/workflow(lib/rlm[0]/turn[1])/parallel[0]`, label, { workflow: 'lib/rlm[0]/turn[1]', phase: 'Vote', line: 3, column: 2 });
  for (const label of ['mutual', 'one side']) done(`${fourth}/workflow(lib/rlm[0]/turn[1])/parallel[0]`, label);
  cell(top, 4, "const mutual = await rlm_query_batched(doubtful.map((clause) => ({ prompt: `Is clause ${clause.n} mutual?`, context: clause.text })))\nconst votes = await workflow('vote', { mutual })", '[cell 1] ok, 6 calls\nNew or changed: mutual Array(2), votes Object{2 keys}');
  asked(top, 5);
  cell(top, 5, "submit({ contracts: parts.flat(), votes })", 'submitted');
  say({ type: 'rlmEnded', node: top, how: 'submitted', turns: 5, coverage: [covered(bands(0, 3).map((p, i) => p || (i % 9 === 4 ? 35 : 0)), bands(0, 38)), covered(bands(0, 0), bands(0, 0))], cited: [[120, 131], [4_072, 4_072]].map(([firstLine, lastLine]) => ({ context: 'contracts.txt', start: firstLine * 44, end: lastLine * 44 + 44, hash: '0', firstLine, lastLine })) });
  say({ type: 'runEnded', status: 'ok', result: { contracts: 7 } });
  return events.slice(0, Math.ceil(events.length * until));
}

const template = readFileSync(new URL('../page.html', import.meta.url), 'utf8');

/** A page with the view and messages to it, as `callsheet report` writes it. */
export function page(script, style, messages) {
  const parts = { title: 'Callsheet', style, script, messages: JSON.stringify(messages).replaceAll('<', '\\u003c') };
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}
