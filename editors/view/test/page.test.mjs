// The bundle in a real browser: what is drawn, keys, names for screen readers, the policy, and frames with 1,000 agents.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { page as html, plan, recursion, run, unbounded } from './made.mjs';

const dist = path.join(import.meta.dirname, '../dist');
const [js, css] = ['view.js', 'view.css'].map((name) => readFileSync(path.join(dist, name), 'utf8'));
const folder = mkdtempSync(path.join(tmpdir(), 'callsheet-view-'));
const shots = process.env.SHOTS;
let browser;
let pages = 0;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A page with the view and `messages`; what it logs and asks of the network fails the test. */
async function open(messages, options = {}) {
  const file = path.join(folder, `${pages++}.html`);
  writeFileSync(file, html(js, css, messages));
  const page = await browser.newPage({ viewport: { width: 1100, height: 760 }, ...options });
  page.troubles = [];
  page.on('console', (m) => page.troubles.push(m.text()));
  page.on('pageerror', (e) => page.troubles.push(e.message));
  page.on('request', (r) => r.url().startsWith('file:') || page.troubles.push(r.url()));
  await page.goto(`file://${file}`);
  await page.locator('h1').waitFor();
  return page;
}

const show = (p, events) => [{ type: 'plan', title: 'x.workflow.js', plan: p }, { type: 'run', runId: 'r' }, { type: 'events', runId: 'r', events }];
const words = async (page, selector) => (await page.locator(selector).allInnerTexts()).map((t) => t.replace(/\s+/g, ' ').trim());

test('the plan is drawn with its bounds, their basis and the line that keeps them apart', async () => {
  const page = await open([{ type: 'plan', title: 'x', plan }, { type: 'offer', offers: ['run', 'dryRun', 'reveal'] }]);
  assert.deepEqual(await words(page, '.figure'), [
    'Agents 3..33 from the script’s bounds',
    'Tokens ≈18k (2.4k..69k) from 20 simulated runs',
    'Cost ≈$0.12 ($0.01..$0.69) from 20 simulated runs',
    'Time – up to 30 at once, up to 2 one after another',
  ]);
  assert.deepEqual(await words(page, '.lane > header'), ['Review 3 agents ≈6.2k (2.4k..9.0k) tokens · ≈$0.04 ($0.01..$0.09)', 'Verify 0..30 agents ≈12k (up to 60k) tokens · ≈$0.08 (up to $0.60)']);
  assert.match((await words(page, '.because'))[1] ?? '', /number of findings is decided by the run.*line 25/);
  assert.deepEqual(await words(page, '.top button:visible'), ['Dry run', 'Run']);
  assert.deepEqual(page.troubles, []);
});

test('the clock of an agent stops with its run', async () => {
  const at = { line: 24, column: 12, phase: 'Review', prompt: '' };
  const page = await open([...show(plan, [
    { seq: 1, ms: 0, type: 'runStarted', name: 'x', script: 'x.workflow.js', simulated: true, concurrency: 2 },
    { seq: 2, ms: 0, type: 'agentQueued', call: 1, label: 'bugs', ...at },
    { seq: 3, ms: 0, type: 'agentStarted', call: 1 },
    { seq: 4, ms: 300, type: 'runEnded', status: 'stopped' },
  ])]);
  await page.waitForTimeout(1100); // what was wrong went on with the page's own clock
  await page.locator('.cell').first().click();
  assert.ok((await words(page, '.facts > div')).includes('Time 0.3 s simulated'), String(await words(page, '.facts > div')));
});

test('what nothing bounds is shown as unknown, with the line that makes it so', async () => {
  const page = await open([{ type: 'plan', title: 'x', plan: unbounded }]);
  assert.deepEqual((await words(page, '.numbers')), ['≥1', 'unknown', 'unknown', '–']);
  assert.match((await words(page, '.cells'))[0], /without bound/);
  assert.match((await words(page, '.because'))[0], /until an answer is empty line 6/);
});

test('states differ by shape and by words, and what is simulated says so', async () => {
  const page = await open(show(plan, run(60, { until: 0.6 })));
  const seen = await page.evaluate(() => Object.fromEntries([...document.querySelectorAll('.cell')].map((cell) =>
    [cell.dataset.state, [cell.querySelector('path').getAttribute('d'), cell.getAttribute('aria-label').split(': ')[1].split(',')[0]]])));
  const states = ['cached', 'done', 'failed', 'queued', 'retrying', 'running', 'skipped'];
  assert.deepEqual(Object.keys(seen).sort(), states);
  assert.equal(new Set(states.map((state) => seen[state][0])).size, states.length);
  assert.deepEqual(states.map((state) => seen[state][1]), ['from the journal', 'done', 'failed', 'waiting', 'trying again', 'at work', 'skipped']);
  for (const figure of (await words(page, '.figure')).slice(1)) assert.match(figure, /simulated/);
  for (const lane of await words(page, '.spent')) assert.match(lane, /simulated/);
});

test('the keyboard reaches every agent and reads it', async () => {
  const page = await open(show(plan, run(40)));
  for (let i = 0; i < 20 && !(await page.evaluate(() => document.activeElement.classList.contains('cell'))); i++) await page.keyboard.press('Tab');
  const at = () => page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  assert.match(await at(), /^bugs: done/);
  await page.keyboard.press('ArrowRight');
  assert.match(await at(), /^performance/);
  await page.keyboard.press('ArrowDown');
  assert.match(await at(), /^src\/file-\d/);
  await page.keyboard.press('End');
  assert.match(await at(), /^src\/file-36/);
  await page.keyboard.press('Enter');
  await page.locator('.detail:visible').waitFor();
  assert.match(await page.locator('.detail').innerText(), /"verdict"[\s\S]*Refute finding 36/);
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction(() => /Refute finding 35/.test(document.querySelector('.detail').innerText));
  await page.keyboard.press('Escape');
  await page.locator('.detail').waitFor({ state: 'hidden' });
  assert.match(await at(), /^src\/file-35/);
  assert.equal(await page.locator('.cell[tabindex="0"]').count(), 1);
});

test('over time, a bar is an agent that can be read', async () => {
  const page = await open(show(plan, run(40)));
  await page.getByRole('button', { name: 'Timeline' }).click();
  await page.locator('.bar').first().waitFor();
  assert.equal(await page.locator('.bar').count(), 40);
  assert.match(await page.locator('.timeline svg').nth(1).getAttribute('aria-label'), /^Verify over time: 37 agents, at most 16 at once/);
  await page.locator('.bar.failed').first().click();
  await page.locator('.detail:visible').waitFor();
  assert.match(await page.locator('.detail').innerText(), /did not fit the schema/);
  if (shots) await page.screenshot({ path: path.join(shots, 'view-timeline.png') });
  await page.getByRole('button', { name: 'Agents', exact: true }).click();
  await page.locator('.cell[aria-selected="true"]').waitFor();
});

test('a recursive model is drawn as a tree: turns, cells, what they called, and what was used of its contexts', async () => {
  const page = await open([{ type: 'plan', title: 'x', plan: null }, { type: 'run', runId: 'r' }, { type: 'events', runId: 'r', events: recursion() }], { viewport: { width: 1180, height: 1240 } });
  const own = '.trees > .rlm';
  assert.deepEqual(await words(page, '.rlm-head'), [
    'contracts submitted in Read · depth 0 · opus · 5 turns · 23 calls · 69k tokens · $0.31 · simulated',
    'rlm[0] submitted depth 1 · opus · 1 turn · 2 calls · 6.7k tokens · $0.04 · simulated',
    'rlm[1] extracted depth 1 · opus · 1 turn · 3 calls · 11k tokens · $0.07 · simulated',
  ]);
  assert.deepEqual((await words(page, `${own} > .coverage li`)), [
    'contracts.txt 1,840,220 characters · ≈460k tokens 8.5 % read by code 59.4 % sent to models',
    'glossary.md 18,400 characters · ≈4.6k tokens 0 % read by code 0 % sent to models',
  ]);
  assert.deepEqual(await words(page, '.cited:visible'), ['Rests on contracts.txt:120-131, contracts.txt:4072']);
  const sent = page.locator(`${own} > .coverage rect.sent`);
  assert.deepEqual(await sent.evaluateAll((all) => all.map((rect) => [rect.getAttribute('x'), rect.getAttribute('width')])), [['0', '593.75']]);
  assert.deepEqual(await words(page, `${own} > .turns > .turn > .said > .cell-of-code > .code > summary .word`), ['ran · 2 lines', 'failed · 3 lines', 'ran · 3 lines', 'ran · 2 lines', 'ran · 1 line']);
  const folded = page.locator(`${own} > .turns > .turn`).nth(2).locator('.code');
  assert.equal(await folded.locator('pre').count(), 0, 'folded');
  await folded.locator('summary').click();
  await folded.locator('pre').nth(1).waitFor();
  assert.match((await folded.innerText()), /llm_query_batched[\s\S]*New or changed: chunks/);
  await page.locator('.code[data-state="failed"] pre').nth(1).waitFor();
  assert.match(await page.locator('.code[data-state="failed"]').innerText(), /cannot read property/, 'what failed is open');
  assert.deepEqual(await page.locator(`${own} > .turns > .turn`).evaluateAll((turns) => turns.map((turn) => turn.querySelectorAll('.cell').length)), [1, 1, 12, 8, 1]);
  assert.match(await page.locator('.turn .cell').nth(3).getAttribute('aria-label'), /^part 1: done, 2\.1k tokens, given contracts\.txt, bytes 0–100,000 of 1,852,300 \(5\.4 %\)$/);
  await page.locator('.turn .cell', { hasText: 'mutual' }).first().click();
  await page.locator('.detail:visible').waitFor();
  assert.deepEqual((await words(page, '.facts > div')).slice(0, 4), ['Workflow lib/rlm[0]/turn[1]', 'Phase Read', 'In contracts, turn 4, cell 1', 'Model haiku']);
  await page.keyboard.press('Escape');
  if (shots) await page.screenshot({ path: path.join(shots, 'view-tree.png') });
  await page.getByRole('button', { name: 'List' }).click();
  await page.locator('.leaf').first().waitFor();
  assert.equal(await page.locator('.leaf').count(), 24);
  await page.locator('.leaf', { hasText: 'part 2' }).locator('summary').click();
  await page.locator('.leaf[open] pre').nth(1).waitFor();
  assert.match((await words(page, '.leaf[open] .texts'))[0], /Given contracts\.txt, bytes 100,000–200,000 of 1,852,300 \(5\.4 %\)/);
  assert.deepEqual((await words(page, '.branch > summary')).slice(2, 6), ['rlm 23 of 23 69k $0.31 10 s 0.1 s', 'contracts 23 of 23 69k $0.31 10 s 0.1 s', 'turn 1 1 of 1 4.6k $0.03 1.0 s 0.1 s', 'turn 2 1 of 1 4.6k $0.03 1.0 s 1.2 s']);
  assert.deepEqual(page.troubles, []);
});

test('a tree grows while it runs, and what was at work when it broke off is given up', async () => {
  const all = recursion();
  const cut = all.findIndex((event) => event.type === 'rlmStarted' && event.depth === 1) + 3;
  const page = await open([{ type: 'plan', title: 'x', plan: null }, { type: 'run', runId: 'r' }, { type: 'events', runId: 'r', events: all.slice(0, cut) }]);
  assert.deepEqual(await words(page, '.rlm-head .how'), ['at work', 'at work']);
  assert.match((await words(page, '.rlm-head'))[1], /depth 1 · opus · 1 turn · 0 of 1 call$/);
  assert.deepEqual(await words(page, '.code[data-state="live"]'), ['runs']);
  await page.evaluate((events) => window.postMessage({ type: 'events', runId: 'r', events }, '*'), all.slice(cut, cut + 8));
  await page.locator('.rlm[data-how="submitted"]').waitFor();
  await page.evaluate(() => window.postMessage({ type: 'left', runId: 'r', how: 'broken off' }, '*'));
  await page.locator('.rlm[data-how="abandoned"]').first().waitFor();
  assert.equal(await page.locator('.cell[data-state="running"]').count(), 0);
  assert.deepEqual(await words(page, '.code[data-state="live"]'), ['given up']);
  assert.deepEqual(page.troubles, []);
});

test('every control has a name', async () => {
  const page = await open([...show(plan, run(40, { until: 0.5 })), { type: 'offer', offers: ['stop', 'reveal', 'skip', 'retry'] }]);
  await page.locator('.cell[data-state="running"]').first().click();
  const nameless = await page.evaluate(() => [...document.querySelectorAll('button, [role], section, aside')]
    .filter((e) => e.checkVisibility() && !['status', 'presentation'].includes(e.getAttribute('role')) && !(e.getAttribute('aria-label') ?? e.innerText).trim() && !e.matches('section')).map((e) => `${e.tagName}.${e.className}`));
  assert.deepEqual(nameless, []);
  assert.deepEqual(await words(page, '.detail .actions button'), ['Go to line 31', 'Skip', 'Retry']);
});

test('text from a script is text', async () => {
  const events = [
    { seq: 1, ms: 0, type: 'agentQueued', call: 1, label: '<img src=x onerror=alert(1)>', prompt: '</script><script>alert(2)</script>', line: 1, column: 1 },
    { seq: 2, ms: 0, type: 'log', message: '<b>bold</b>' },
  ];
  const page = await open(show(plan, events));
  await page.locator('.cell').click();
  assert.equal(await page.locator('.story b, .cell img').count(), 0);
  assert.match(await page.locator('.detail').innerText(), /<\/script><script>/);
  assert.deepEqual(page.troubles, []);
});

test('less motion means none', async () => {
  const page = await open(show(plan, run(40, { until: 0.5 })), { reducedMotion: 'reduce' });
  assert.equal(await page.locator('.cell[data-state="running"] svg').first().evaluate((e) => getComputedStyle(e).animationName), 'none');
});

test('light and dark are both readable', async () => {
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(show(plan, run(40, { until: 0.5 })), { colorScheme });
    const ratios = await page.evaluate(() => {
      const rgb = (css) => { const c = new OffscreenCanvas(1, 1).getContext('2d'); c.fillStyle = css; c.fillRect(0, 0, 1, 1); return [...c.getImageData(0, 0, 1, 1).data]; };
      const light = (css) => { const [r, g, b] = rgb(css).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const back = light(getComputedStyle(document.body).backgroundColor);
      return ['h1', '.count', '.basis', '.place-link', '.glyph.done', '.glyph.failed', '.glyph.running'].map((s) => {
        const fore = light(getComputedStyle(document.querySelector(s)).color);
        return [s, (Math.max(fore, back) + 0.05) / (Math.min(fore, back) + 0.05)];
      });
    });
    for (const [selector, ratio] of ratios) assert.ok(ratio >= (selector.startsWith('.glyph') ? 3 : 4.5), `${colorScheme} ${selector}: ${ratio.toFixed(2)}`);
    if (shots) await page.screenshot({ path: path.join(shots, `view-${colorScheme}.png`) });
  }
});

test('1,000 agents are drawn at 30 frames a second', async () => {
  const page = await open([]);
  // Time of the page's own thread: what else the machine does is not measured.
  const tracer = await page.context().newCDPSession(page);
  await tracer.send('Performance.enable', { timeDomain: 'threadTicks' });
  const spent = async () => (await tracer.send('Performance.getMetrics')).metrics.find((m) => m.name === 'TaskDuration').value * 1000;
  const drive = async (n, options) => {
    const start = await spent();
    const drawn = await page.evaluate(async ({ plan, events }) => {
      window.postMessage({ type: 'plan', title: 'x', plan }, '*');
      window.postMessage({ type: 'run', runId: 'r' }, '*');
      const frame = () => new Promise((ok) => requestAnimationFrame(ok));
      let frames = 0;
      const step = Math.ceil(events.length / 120);
      for (let i = 0; i < events.length; i += step, frames++) {
        window.postMessage({ type: 'events', runId: 'r', events: events.slice(i, i + step) }, '*');
        await frame();
      }
      await frame();
      return { frames, agents: document.querySelectorAll('.cell').length };
    }, { plan, events: run(n, options) });
    return { ...drawn, each: (await spent() - start) / drawn.frames };
  };
  await drive(60);
  const [few, many, tree] = [await drive(60), await drive(1000), await drive(1000, { tree: true })];
  console.log(`# a frame takes ${few.each.toFixed(1)} ms of the page's thread with 60 agents, ${many.each.toFixed(1)} ms with 1,000, ${tree.each.toFixed(1)} ms with these in a tree`);
  assert.deepEqual([many.agents, tree.agents], [1000, 1000]);
  assert.ok(tree.each < 2 * many.each, 'a tree is drawn as fast as a phase');
  assert.ok(many.frames >= 100);
  assert.ok(many.each < 1000 / 30, `${many.each.toFixed(1)} ms a frame`);
  assert.ok(many.each / few.each < 1000 / 60 / 2, 'a frame must cost what changed in it, not what is on the page');
});
