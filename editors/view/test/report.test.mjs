// The page that `callsheet report` writes, in a real browser: CALLSHEET_BIN is the program.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const program = process.env.CALLSHEET_BIN;
const shots = process.env.SHOTS;
const root = path.join(import.meta.dirname, '../../..');
const folder = mkdtempSync(path.join(tmpdir(), 'callsheet-report-'));
let browser;

/** Runs the program in the folder, whatever it exits with. */
function callsheet(...words) {
  try {
    return execFileSync(program, words, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
  } catch (problem) {
    return problem.stdout;
  }
}

/** The report of a run of `script`, opened; what it logs and asks of the network fails the test. */
async function report(script, ...flags) {
  callsheet('run', script, '--json', ...flags);
  return opened(JSON.parse(callsheet('report', 'last', '--json')).file);
}
async function opened(file) {
  const page = await browser.newPage({ viewport: { width: 1180, height: 820 } });
  page.troubles = [];
  page.on('console', (m) => page.troubles.push(m.text()));
  page.on('pageerror', (e) => page.troubles.push(e.message));
  page.on('request', (r) => r.url().startsWith('file:') || page.troubles.push(r.url()));
  await page.goto(`file://${path.join(folder, file)}`);
  await page.locator('h1').first().waitFor();
  return page;
}
const words = async (page, selector) => (await page.locator(selector).allInnerTexts()).map((t) => t.replace(/\s+/g, ' ').trim());
const shot = (page, name, fullPage = false) => shots && page.screenshot({ path: path.join(shots, name), fullPage });

before(async () => {
  cpSync(path.join(root, 'examples'), folder, { recursive: true });
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a comparison has the measured axes with their basis, and both runs behind a toggle', async () => {
  callsheet('compare', 'six-pieces/task.json', '--repeats', '2', '--latency', '300', '--html', 'compared.html');
  const page = await opened('compared.html');
  await page.locator('.way-of:last-child .cell').last().waitFor({ state: 'attached' });
  const rows = await words(page, '.axes tbody tr');
  assert.ok(rows.includes('calls 7 9 the journals') && rows.includes('at once 6 6 most calls under way'), rows.join('\n'));
  assert.deepEqual(await words(page, '.comparison > .top .badge:visible'), ['simulated']);
  const shown = async () => [await words(page, '.way-of:visible h1'), await page.locator('.way-of:visible .cell').count()];
  assert.deepEqual(await shown(), [['six-pieces'], 7]);
  await shot(page, 'compare-workflow.png');
  await page.getByRole('button', { name: 'RLM' }).click();
  assert.deepEqual(await shown(), [['rlm'], 9]);
  assert.match((await words(page, '.way-of:visible .rlm-head'))[0], /^rlm\[0\] submitted depth 0 · .*3 turns · 9 calls · \S+ tokens · \$0\.02 · simulated$/);
  await shot(page, 'compare-rlm.png');
  await page.getByRole('button', { name: 'Both' }).click();
  assert.deepEqual(await shown(), [['six-pieces', 'rlm'], 16]);
  assert.deepEqual(await words(page, '.way-of:visible .figure:first-child .actual'), ['7', '9']);
  assert.match((await words(page, '.way-of:last-child .figure'))[2], /^Cost \$\S+ simulated nothing was spent · at list prices of \S+ · no model named = [\w-]+ \(assumed\)$/);
  await page.getByRole('button', { name: 'Both' }).focus();
  await shot(page, 'compare.png', true);
  await page.locator('.way-of:visible .cell').last().click();
  await page.locator('.detail:visible').waitFor();
  assert.match((await words(page, '.detail:visible'))[0], /turn 3 × done/);
  assert.deepEqual(page.troubles, []);
});

test('a report shows what happened against what was expected, each number with its basis', async () => {
  const page = await report('review.workflow.js', '--seed', '3', '--latency', '400', '--failures', '0.15', '--concurrency', '6');
  assert.deepEqual(await words(page, '.status'), ['Done']);
  assert.match((await words(page, '.about'))[0], /^Run \d{8}-\d{6}-[0-9a-f]{4} · review\.workflow\.js · .*seed 3 · \d+ at a time$/);
  const [agents, tokens, cost, time] = await words(page, '.figure');
  assert.match(agents, /^Agents \d+ of 3\.\.18 from the script’s bounds$/);
  assert.match(tokens, /^Tokens .* of .* simulated · expected from assumed sizes$/);
  assert.match(cost, /^Cost .* simulated · expected from assumed sizes nothing was spent · at list prices of \d{4}.\d\d.\d\d$/);
  assert.match(time, /^Time .* simulated at most \d+ at once$/);
  await shot(page, 'report.png');

  await page.getByRole('button', { name: 'Timeline' }).click();
  await page.locator('.bar').first().waitFor();
  assert.equal(await page.locator('.bar').count(), Number(agents.match(/\d+/)[0]));
  await page.locator('.bar').first().click();
  await page.locator('.detail:visible').waitFor();
  await shot(page, 'report-timeline.png');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'List' }).click();
  await page.locator('.leaf').first().waitFor();
  assert.equal(await page.locator('.leaf').count(), Number(agents.match(/\d+/)[0]));
  assert.match((await words(page, '.branch > summary'))[0], /Review 3 of 3 .*\$/);
  assert.equal(await page.locator('.leaf pre').count(), 0, 'folded');
  await page.locator('.leaf summary').first().click();
  await page.locator('.leaf pre:visible').first().waitFor();
  assert.match((await words(page, '.leaf[open] .texts'))[0], /Prompt Review the changes .* Result \{ "findings"/);
  await shot(page, 'report-list.png');
  assert.deepEqual(page.troubles, []);
});

/** A root model with a plan of its own, whose calls begin models that call others. */
const ROOT = `let prompt = ''
for await (const part of process.stdin) prompt += part
const now = prompt.split('== Turn ').at(-1)
const root = ['print(ctx.length, ctx.lines)', 'const parts = ctx.split(2)', 'const halves = ctx.chunk({ by: "lines", size: Math.ceil(ctx.lines / 2) })\\n// Each half gets a REPL of its own.\\nconst said = await rlm_query_batched(halves.map((context) => ({ prompt: "What is asked of the reviewers in this part?", context })))\\nconst title = await llm_query("A title for these: " + said.join(" "))', 'submit({ title, said })']
const code = now.includes('depth 0/') ? root[Number(now.match(/^\\d+/)) - 1] : 'submit(await llm_query("Sum it up.", { context: ctx }))'
console.log(process.env.CALLSHEET_SYSTEM ? 'I go on.\\n\`\`\`repl\\n' + code + '\\n\`\`\`' : 'They look for what is wrong, unsafe or slow.')
`;

test('a recursive model is a tree: turns, cells, calls, and the models these began', async () => {
  writeFileSync(path.join(folder, 'root.mjs'), ROOT);
  callsheet('rlm', '--context', 'review.workflow.js', '--depth', '2', 'What is asked of the reviewers?', '--model', `command:${process.execPath} root.mjs`);
  const page = await opened(JSON.parse(callsheet('report', 'last', '--json')).file);
  assert.deepEqual(await words(page, '.status'), ['Done']);
  assert.match((await words(page, '.about'))[0], /^Run \S+ · \d+ at a time$/);
  const heads = await words(page, '.rlm-head');
  assert.match(heads[0], /^rlm\[0\] submitted depth 0 · .*4 turns · 9 calls · .*tokens/);
  assert.deepEqual(heads.slice(1).map((head) => head.replace(/ · .*? · /, ' · … · ').replace(/ calls.*/, ' calls')), ['rlm[0] submitted depth 1 · … · 2 calls', 'rlm[1] submitted depth 1 · … · 2 calls']);
  assert.deepEqual(await page.locator('.turns').first().locator('> .turn > .said > .cell-of-code > .code').evaluateAll((all) => all.map((code) => code.dataset.state)), ['ran', 'failed', 'ran', 'ran']);
  await page.locator('.code[data-state="failed"] pre').nth(1).waitFor();
  assert.match(await page.locator('.code[data-state="failed"]').innerText(), /ctx\.split\(2\)[\s\S]*UsageError: ctx has no `split`/);
  assert.match((await words(page, '.rlm .rlm .coverage'))[0], /100 % sent to models$/);
  assert.ok(await page.locator('.rlm .rlm .coverage rect.sent').count() > 0);
  await page.locator('.rlm .rlm .turn .cell').nth(1).click();
  await page.locator('.detail:visible').waitFor();
  assert.match((await words(page, '.detail:visible'))[0], /Given review\.workflow\.js, bytes 0–[\d,]+ of [\d,]+ \(\d+(\.\d)? %\)/);
  await page.keyboard.press('Escape');
  await page.setViewportSize({ width: 1180, height: 1060 });
  await shot(page, 'report-tree.png');
  assert.deepEqual(page.troubles, []);
});

test('text of a script stays text, and an assumed price says so', async () => {
  const said = '</script><script>alert(1)</script>{{script}}<img src=x onerror=alert(2)>';
  writeFileSync(path.join(folder, 'x.workflow.js'), `export const meta = { name: 'x', description: ${JSON.stringify(said)} }\nlog(${JSON.stringify(said)})\nreturn await agent(${JSON.stringify(said)})\n`);
  const page = await report('x.workflow.js', '--latency', '0');
  assert.match((await words(page, '.figure'))[2], /no model named = [\w-]+ \(assumed\)$/);
  assert.deepEqual(await words(page, '.description'), [said]);
  assert.equal(await page.locator('img').count(), 0);
  await page.getByRole('button', { name: 'List' }).click();
  await page.locator('.leaf summary').click();
  await page.locator('.leaf pre:visible').first().waitFor();
  assert.equal((await words(page, '.leaf pre:visible'))[0], said);
  assert.match((await words(page, '.leaf > summary'))[0], /\*/);
  assert.deepEqual(page.troubles, []);
});

test('1,000 agents are one page', async () => {
  writeFileSync(path.join(folder, 'many.workflow.js'), "export const meta = { name: 'many', description: 'Many' }\nphase('All')\nawait parallel(Array.from({ length: 1000 }, (_, i) => () => agent(`Count to ${i}`, { label: `count:${i}`, model: 'haiku' })))\n");
  const page = await report('many.workflow.js', '--latency', '20', '--concurrency', '16');
  assert.equal(await page.locator('.cell').count(), 1000);
  await page.getByRole('button', { name: 'List' }).click();
  await page.locator('.leaf').first().waitFor();
  assert.equal(await page.locator('.leaf').count(), 1000);
  await page.locator('.leaf summary').nth(700).click();
  await page.locator('.leaf pre:visible').first().waitFor();
  assert.match((await words(page, '.leaf[open] .texts'))[0], /Count to 700/);
  await page.getByRole('button', { name: 'Timeline' }).click();
  await page.locator('.bar').first().waitFor();
  assert.equal(await page.locator('.bar').count(), 1000);
  assert.deepEqual(page.troubles, []);
});

test('a run that broke off says so, and its clock stands still', async () => {
  callsheet('run', 'hunt.workflow.js', '--json', '--latency', '0', '--max-agents', '4');
  const run = JSON.parse(callsheet('runs', '--json'))[0].run;
  const journal = path.join(folder, '.callsheet/runs', run, 'journal.jsonl');
  writeFileSync(journal, readFileSync(journal, 'utf8').split('\n').slice(0, 8).join('\n') + '\n');
  const { file } = JSON.parse(callsheet('report', run, '--json'));
  const page = await browser.newPage();
  await page.goto(`file://${path.join(folder, file)}`);
  await page.locator('.status[data-status="broken"]').waitFor();
  assert.deepEqual(await words(page, '.status'), ['Broken off']);
  assert.match((await words(page, '.figure'))[3], /^Time 0\.\d s/);
});
