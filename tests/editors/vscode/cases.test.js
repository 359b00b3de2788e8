// The packaged extension with the real server in a real VS Code. LAUNCHER, SERVER, VSIX and SHOTS come from ../vscode.sh.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Code } from './code.js'
import { sleep } from './wait.js'

const { LAUNCHER: launcher, SERVER: server, VSIX: vsix, SHOTS: shots } = process.env
const LATENCY_MS = 3000 // of a simulated agent: long enough to watch on a busy machine

function workspace() {
  const folder = mkdtempSync(path.join(tmpdir(), 'callsheet-workspace-'))
  cpSync(path.join(import.meta.dirname, '../workspace'), folder, { recursive: true })
  writeFileSync(path.join(folder, 'typo.workflow.js'), "export const meta = { name: 'typo', description: 'A misspelt option' }\nreturn await agent('Do it', { lable: 'one' })\n")
  return folder
}

/** A VS Code for the tests around it. */
function vscode(options) {
  const it = { folder: workspace() }
  before(async () => {
    it.code = await Code.start({ launcher, vsix: [vsix], workspace: it.folder, shots, viewport: { width: 1440, height: 860 }, ...options })
  })
  after(async () => {
    await it.code?.stop()
    rmSync(it.folder, { recursive: true, force: true })
  })
  return it
}

const withServer = { env: { CALLSHEET_BIN: server }, settings: { 'callsheet.run.simulatedLatencyMs': LATENCY_MS, 'callsheet.run.concurrency': 2 } }
const labels = async (win) => (await win.lines()).flatMap((line) => line.hints.map((hint) => hint.label.trim()))

describe('in a workspace that is trusted', () => {
  const it = vscode(withServer)
  let win
  let view

  test('the estimate is in hints, lenses and the status bar, and the file stays JavaScript', async () => {
    win = await it.code.open('.claude/workflows/review.js')
    await win.until(async () => (await labels(win)).some((label) => label.startsWith('×3')), 'the hint ×3')
    await win.until(async () => (await labels(win)).some((label) => label.startsWith('×0..9')), 'the hint ×0..9')
    const [lens] = await win.until(async () => { const seen = await win.codeLenses(); return seen.length > 0 && seen }, 'lenses')
    assert.match(lens, /^▶ Run \| Dry run \| .*\b3\.\.12 (agents|possible)/) // as soon as there are simulated runs, these come first
    await win.until(async () => (await win.statusBar()).some((item) => /Estimate of this workflow: .*\b3\.\.12 (agents|possible)/.test(item)), 'the estimate in the status bar')
    assert.equal(await win.api((code) => code.window.activeTextEditor.document.languageId), 'javascript')
    await win.shot('estimate')
  })

  test('the run view shows the plan before a run', async () => {
    await win.command('View: Toggle Primary Side Bar Visibility') // room for script and run in one picture
    await win.command('Callsheet: Open Run View')
    view = await win.webview()
    await view.locator('.lane').first().waitFor()
    // What the lens says: bounds, and once the text has stood still for a while what simulated runs took.
    await win.until(async () => /Agents\s+≈\d+ \(\d+\.\.\d+\)\s+from 20 simulated runs/.test(await view.locator('.figures').innerText()), 'simulated figures', 60_000)
    assert.deepEqual(await view.locator('.lane h2').allInnerTexts(), ['Review', 'Verify'])
    assert.match(await view.locator('.lane').nth(1).innerText(), /×0\.\.9/)
    await win.shot('plan')
  })

  test('a click on a line in the view goes there', async () => {
    await view.locator('.lane').nth(1).locator('.call .place-link').first().click()
    await win.until(() => win.api((code) => code.window.activeTextEditor?.selection.active.line === 16), 'the cursor in line 17')
  })

  test('a click on Run shows progress and fills the view, which leads to the transcript', async () => {
    await win.clickLens('▶ Run')
    view = await win.webview()
    // All at once, for the run goes on meanwhile.
    await Promise.all([
      win.until(async () => (await win.notifications()).some((n) => n.message?.startsWith('review') && n.buttons.includes('Cancel')), 'progress with Cancel'),
      win.until(async () => (await win.codeLenses()).some((lens) => lens.startsWith('■ Stop')), 'the lens ■ Stop'),
      view.locator('.status[data-status="live"]').waitFor(),
      view.locator('.cell[data-state="running"]').first().waitFor(),
    ])
    await view.locator('.cell[data-state="done"]').first().waitFor()
    await win.shot('running')
    await view.locator('.status[data-status="ok"]').waitFor({ timeout: 60_000 })
    assert.equal(await view.locator('.cell').count(), await view.locator('.cell[data-state="done"]').count())
    for (const figure of (await view.locator('.figure').allInnerTexts()).slice(1)) assert.match(figure, /simulated/)
    await win.until(async () => (await win.notifications()).every((n) => !n.buttons.includes('Cancel')), 'the end of the progress')
    await win.until(async () => (await labels(win)).some((label) => label.endsWith('ran 3')), 'the actual number beside the planned one')
    await win.shot('done')
    await view.locator('[data-command="transcript"]').click()
    await win.until(() => win.api((code) => /\/transcript\.md$/.test(code.window.activeTextEditor?.document.uri.path ?? '')), 'the transcript')
    await win.shot('transcript')
    // A document never covers the view, whichever of the two has the focus: here it is the script.
    await win.api((code) => code.commands.executeCommand('workbench.action.closeActiveEditor'))
    await win.until(() => win.api((code) => /review\.js$/.test(code.window.activeTextEditor?.document.uri.path ?? '')), 'the script')
    await win.command('Callsheet: Show Transcript of the Last Run')
    await win.until(() => win.api((code) => /\/transcript\.md$/.test(code.window.activeTextEditor?.document.uri.path ?? '')), 'the transcript again')
    assert.equal(await win.api((code) => code.window.tabGroups.all.some((group) => /^Run: review/.test(group.activeTab?.label))), true)
  })

  test('an agent in the view tells what it was asked and what it answered', async () => {
    await view.locator('.cell').first().click()
    const detail = view.locator('.detail')
    await detail.waitFor()
    assert.match(await detail.innerText(), /findings[\s\S]*Review the correctness\./)
    assert.match(await detail.innerText(), /Tokens\s+\S+ simulated/)
    await win.shot('agent')
  })

  test('the run is kept on disk', () => {
    assert.equal(readdirSync(path.join(it.folder, '.callsheet/runs')).length, 1)
  })

  test('Cancel in the notification stops a run', async () => {
    win = await it.code.open('slow.workflow.js')
    await win.until(async () => (await win.codeLenses()).length > 0, 'lenses')
    await win.clickLens('Dry run')
    await win.until(async () => (await win.notifications()).some((n) => n.buttons.includes('Cancel')), 'progress with Cancel')
    view = await win.webview()
    await view.locator('.cell[data-state="done"]').first().waitFor()
    await win.page.locator('.notification-toast .monaco-text-button', { hasText: 'Cancel' }).first().click()
    await view.locator('.status[data-status="stopped"]').waitFor()
    await win.until(async () => (await win.codeLenses()).some((lens) => lens.startsWith('▶ Run')), 'the lens ▶ Run again')
    await win.shot('stopped')
  })

  test('a stopped run is gone on with, once one has seen what that does', async () => {
    await win.until(async () => (await win.codeLenses()).some((lens) => lens.includes('↻ Resume · ')), 'the lens ↻ Resume')
    await view.locator('[data-command="resume"]').click()
    const asked = await win.until(async () => (await win.notifications()).find((n) => n.buttons.includes('Show Calls')), 'the question')
    assert.match(asked.message, /agents? from the journal, .*nothing is spent/i)
    await win.shot('resume')
    await win.page.locator('.notification-toast .monaco-text-button', { hasText: 'Resume' }).first().click()
    await view.locator('.status[data-status="live"]').waitFor()
    await view.locator('.cell[data-state="cached"]').first().waitFor()
    await view.locator('[data-command="stop"]').click()
    await view.locator('.status[data-status="stopped"]').waitFor()
  })

  test('emoji and CJK keep columns right', async () => {
    win = await it.code.open('wide.workflow.js')
    const text = readFileSync(path.join(it.folder, 'wide.workflow.js'), 'utf8').split('\n')[1]
    const line = await win.until(async () => { const seen = (await win.lines())[1]; return seen?.hints.length && seen }, 'a hint')
    assert.equal(line.text.slice(0, line.hints[0].at).endsWith('agent(greeting)') || line.text.slice(line.hints[0].at).startsWith('; log'), true, JSON.stringify(line))
    await win.command('Callsheet: Open Run View')
    view = await win.webview()
    await view.locator('.call .place-link').first().click()
    await win.until(() => win.api((code, at) => code.window.activeTextEditor?.selection.active.character === at, text.indexOf('agent(')), 'the cursor at the call')
  })

  test('a finding is underlined and its fix mends it', async () => {
    win = await it.code.open('typo.workflow.js')
    await win.until(async () => { const seen = await win.squiggles(); return seen.warning + seen.error > 0 }, 'a squiggle')
    await win.shot('finding')
    await win.goTo(2, 33)
    await win.quickFix('label')
    await win.until(async () => (await win.lines())[1]?.text.includes('{ label:'), 'the mended option')
  })

  test('types are written beside a script, and nothing is overwritten', async () => {
    win = await it.code.open('.claude/workflows/review.js')
    await win.until(async () => (await win.codeLenses()).length > 0, 'lenses')
    await win.command('Callsheet: Install Types')
    const file = path.join(it.folder, '.claude/workflows/workflow.d.ts')
    await win.until(async () => (await win.notifications()).some((n) => /Wrote workflow\.d\.ts and jsconfig\.json/.test(n.message ?? '')), 'that both are written')
    assert.ok(existsSync(file))
    const config = path.join(it.folder, '.claude/workflows/jsconfig.json')
    assert.ok(existsSync(config))
    // Beside the TypeScript server nothing is said twice.
    const hovers = () => win.api(async (code) => {
      const place = [code.window.activeTextEditor.document.uri, new code.Position(14, 40)]
      return (await code.commands.executeCommand('vscode.executeHoverProvider', ...place)).flatMap((hover) => hover.contents.map((content) => content.value)).join('\n')
    })
    const said = await win.until(async () => { const text = await hovers(); return /AgentOptions\.label/.test(text) && text }, 'the option by the TypeScript server')
    assert.equal(said.split('The name shown for this agent').length, 2, said)
    assert.match(said, /Not part of the resume key/)
    writeFileSync(config, '{}')
    await win.command('Callsheet: Install Types')
    await win.until(() => win.api((code) => code.window.tabGroups.all.flatMap((g) => g.tabs).some((tab) => /yours/.test(tab.label))), 'the comparison')
    assert.equal(readFileSync(config, 'utf8'), '{}')
  })

  test('while a line is typed, hints of the other lines neither go nor move', async () => {
    win = await it.code.open('.claude/workflows/review.js')
    await win.goTo(7)
    await win.page.keyboard.press('End')
    await win.page.keyboard.press('Enter')
    // Numbers come to rest on simulated runs once the text has stood still for a while.
    await win.until(async () => /simulated.*likely.*line 11/.test((await labels(win)).join()), 'simulated numbers', 60_000)
    const hinted = (await win.lines()).filter((line) => line.hints.length > 0)
    assert.equal(hinted.length, 4)
    const stop = await win.recordHints(hinted.map((line) => line.text))
    // No agent in it, so that no number changes; most of its beginnings are broken.
    for (const letter of "log(`${DIMENSIONS.map((name) => name.slice(0, 3)).join(', ')} to do`)") {
      await win.page.keyboard.type(letter)
      await sleep(60)
    }
    await sleep(4000)
    const { frames, states } = await stop()
    assert.ok(frames > 100, `${frames} frames`)
    for (const line of hinted) assert.deepEqual(states[line.text], [JSON.stringify(line.hints)], line.text)
    await win.api((code) => code.commands.executeCommand('workbench.action.files.revert'))
  })

  test('a question is asked about a file, and the tree of its answer is drawn', async () => {
    win = await it.code.open('plain.js')
    await win.command('Callsheet: Ask About This File, Selection or Folder')
    await win.answer('Ask about plain.js', 'What does it export?')
    view = await win.webview()
    await view.locator('.rlm .cell').first().waitFor()
    await view.locator('.status[data-status="ok"]').waitFor({ timeout: 60_000 })
    assert.match(await view.locator('.rlm-head').innerText(), /rlm\[0\]\s+submitted\s+depth 0 · .*3 turns · 4 calls · .*simulated/)
    assert.equal(await view.locator('.question').innerText(), 'What does it export?')
    assert.match((await view.locator('.figure').allInnerTexts())[2], /at list prices of[\s\S]*no model named = [\w-]+ \(assumed\)/)
    assert.match(await view.locator('.coverage li').innerText(), /plain\.js[\s\S]*100 % sent to models/)
    assert.ok(await view.locator('.coverage rect.sent').count() > 0)
    await view.locator('.code').nth(1).locator('summary').click()
    await view.locator('.code').nth(1).locator('pre').nth(1).waitFor()
    assert.match(await view.locator('.code').nth(1).innerText(), /llm_query_batched[\s\S]*\[cell 1\] ok, 1 call/)
    await win.shot('asked')
    assert.deepEqual(await view.locator('.top button:visible').allInnerTexts(), ['Report', 'Transcript'])
    await view.locator('[data-command="transcript"]').click()
    await win.until(() => win.api((code) => code.window.activeTextEditor?.document.getText().includes('## Recursive model rlm[0]: submitted')), 'the transcript of the tree')
  })

  test('a question is asked about what is selected', async () => {
    win = await it.code.open('plain.js')
    await win.goTo(2)
    await win.page.keyboard.press('Shift+ArrowDown')
    await win.page.keyboard.press('Shift+End')
    await win.until(() => win.api((code) => code.window.activeTextEditor.selection.end.line === 2), 'the selection')
    await win.command('Callsheet: Ask About This File, Selection or Folder')
    await win.answer('Ask about lines 2 to 3 of plain.js', 'And these?')
    view = await win.webview()
    await view.locator('.question', { hasText: 'And these?' }).waitFor()
    await view.locator('.status[data-status="ok"]').waitFor({ timeout: 60_000 })
    assert.match(await view.locator('.coverage li').innerText(), /[^,\d]47 characters/)
  })

  test('a question is asked about a folder, from its menu in the explorer', async () => {
    await win.command('View: Show Explorer')
    await win.page.locator('.explorer-folders-view .monaco-list-row', { hasText: '.claude' }).first().click({ button: 'right' })
    // A click that comes too soon is not taken.
    await win.page.locator('.monaco-menu .action-item', { hasText: 'Ask About This File' }).first().hover()
    await win.page.keyboard.press('Enter')
    await win.answer('Ask about', 'What is in there?')
    await view.locator('.question', { hasText: 'What is in there?' }).waitFor()
    await view.locator('[data-command="stop"]').click()
    await view.locator('.rlm[data-how="abandoned"]').waitFor()
    await win.shot('asked-folder')
    await win.page.locator('.pane-header', { hasText: 'Workflow Runs' }).first().click()
    await win.page.locator('.monaco-list-row', { hasText: 'And these?' }).first().click()
    await view.locator('.question', { hasText: 'And these?' }).waitFor()
    assert.equal(await view.locator('.empty:visible').count(), 0)
    await win.shot('past-question')
  })

  test('a workflow is written, shown with its plan and cost, and saved and run where a person says so', async () => {
    await win.command('Callsheet: Write a Workflow')
    await win.answer('Write a workflow', 'Review what changed')
    const offered = () => win.until(async () => (await win.notifications()).find((n) => n.buttons.includes('Save and Run')), 'the offer')
    const { message, buttons } = await offered()
    assert.match(message, /^review: 3.* agents · .*tok · .*\$.*Simulated: no model has read the task.*Save it as \.claude\/workflows\/review-2\.js\?/s)
    assert.deepEqual(buttons, ['Save', 'Save and Run'])
    const shows = (name) => win.until(() => win.api((code, name) => code.window.visibleTextEditors.some((editor) => editor.document.uri.path.endsWith(name)), name), name)
    await shows('/draft.workflow.js')
    await win.until(async () => (await win.codeLenses()).some((lens) => /agents/.test(lens)), 'the lenses of the draft')
    await win.shot('written')
    await win.page.locator('.notification-toast .monaco-text-button', { hasText: 'Save and Run' }).first().click()
    await shows('/.claude/workflows/review-2.js')
    const runs = path.join(it.folder, '.callsheet/runs')
    const has = (run, file, text) => existsSync(path.join(runs, run, file)) && readFileSync(path.join(runs, run, file), 'utf8').includes(text)
    await win.until(() => readdirSync(runs).some((run) => has(run, 'script.js', 'not written for your task') && has(run, 'result.json', 'confirmed')), 'the result of what was saved', 60_000)
  })

  test('no other host was asked for anything', () => {
    assert.deepEqual(win.external.filter((url) => !new URL(url).hostname.endsWith('.vscode-cdn.net')), [])
  })
})

describe('with a model that is paid', () => {
  const it = vscode({
    env: { CALLSHEET_BIN: server },
    settings: { 'callsheet.run.model': 'openai-compatible:nobodys', 'callsheet.run.baseUrl': 'http://127.0.0.1:9/v1', 'callsheet.confirmAbove': 0 },
  })
  const asked = (win) => win.until(async () => (await win.notifications()).find((n) => /Run it\?/.test(n.message ?? '')), 'the question')
  const runs = () => existsSync(path.join(it.folder, '.callsheet/runs')) ? readdirSync(path.join(it.folder, '.callsheet/runs')) : []

  test('a run that is declined does not begin, and can be asked for again', async () => {
    const win = await it.code.open('.claude/workflows/review.js')
    await win.until(async () => (await win.codeLenses()).length > 0, 'lenses')
    await win.clickLens('▶ Run')
    const { message, buttons } = await asked(win)
    assert.match(message, /^review .*3\.\.12 agents.*callsheet\.confirmAbove/)
    assert.deepEqual(buttons, ['Run'])
    await win.shot('confirm')
    await win.dismiss('Run it?')
    await win.until(async () => (await win.codeLenses()).some((lens) => lens.startsWith('▶ Run')), 'the lens ▶ Run still')
    assert.deepEqual(runs(), [])
    await win.clickLens('▶ Run')
    await asked(win)
    await win.page.locator('.notification-toast .monaco-text-button', { hasText: 'Run' }).first().click()
    await win.until(() => runs().length === 1, 'the run, once it was agreed to')
    await (await win.webview()).locator('.status[data-status="failed"], .status[data-status="stopped"], .status[data-status="live"]').waitFor()
    await win.command('Callsheet: Stop')
  })
})

describe('in a workspace that is not trusted', () => {
  const it = vscode({ ...withServer, trusted: false })

  test('scripts are analysed and do not run', async () => {
    const win = await it.code.open('.claude/workflows/review.js')
    await win.until(async () => (await labels(win)).some((label) => label.startsWith('×3')), 'the hint ×3')
    await win.clickLens('▶ Run')
    await win.until(async () => (await win.notifications()).some((n) => /workspace you trust/.test(n.message ?? '')), 'the refusal')
    assert.equal(existsSync(path.join(it.folder, '.callsheet')), false)
    await win.shot('untrusted')
  })
})

describe('without the server', () => {
  const it = vscode({ settings: { 'callsheet.server.path': '/nowhere/callsheet' } })

  test('a message says where the program was looked for, once', async () => {
    const win = await it.code.open('.claude/workflows/review.js')
    await win.until(async () => (await win.notifications()).some((n) => /\/nowhere\/callsheet/.test(n.message ?? '') && n.buttons.includes('Set Its Path')), 'the message')
    await win.shot('missing')
  })
})
