// Figures of a run of 1,000 agents in a real VS Code: frames of the run view, and what the server asks the editor to draw anew.
// LAUNCHER, SERVER and VSIX as for cases.test.js; `node figures.js [AGENTS]`.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Code } from './code.js'

const { LAUNCHER: launcher, SERVER: server, VSIX: vsix } = process.env
const agents = Number(process.argv[2] ?? 1000)
const folder = mkdtempSync(path.join(tmpdir(), 'callsheet-figures-'))
const said = path.join(folder, 'said')
const program = path.join(folder, 'callsheet')
// All that the server says passes through.
writeFileSync(program, `#!/bin/sh\n[ "$1" = lsp ] || exec "${server}" "$@"\n"${server}" "$@" | tee -a "${said}"\n`)
chmodSync(program, 0o755)
writeFileSync(path.join(folder, 'many.workflow.js'), `export const meta = { name: 'many', description: 'Many' }\nphase('All')\nawait parallel(Array.from({ length: ${agents} }, (_, i) => () => agent(\`Count to \${i}\`, { label: \`count:\${i}\`, model: 'haiku' })))\n`)

const code = await Code.start({
  launcher, vsix: [vsix], workspace: folder, viewport: { width: 1440, height: 860 }, env: { CALLSHEET_BIN: program },
  settings: { 'callsheet.simulations': 0, 'callsheet.openTranscript': false, 'callsheet.run.simulatedLatencyMs': 800, 'callsheet.run.concurrency': 32 },
})
const count = (method) => readFileSync(said, 'utf8').split(`"method":"${method}"`).length - 1
try {
  const win = await code.open('many.workflow.js')
  await win.until(async () => (await win.codeLenses()).length > 0, 'lenses')
  const methods = ['workspace/inlayHint/refresh', 'workspace/codeLens/refresh', 'callsheet/runEvent', '$/progress']
  await win.command('Callsheet: Open Run View')
  const view = await win.webview()
  await view.locator('.lane').first().waitFor()
  const before = methods.map(count)
  const begun = Date.now()
  await win.clickLens('Dry run')
  await view.evaluate(() => {
    const times = (window.frameTimes = [])
    const look = (now) => { times.push(now); requestAnimationFrame(look) }
    requestAnimationFrame(look)
  })
  await view.locator('.status[data-status="ok"]').waitFor({ timeout: 300_000 })
  const seconds = (Date.now() - begun) / 1000
  const times = await view.evaluate(() => window.frameTimes)
  const frames = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b)
  const share = (p) => `${frames[Math.min(frames.length - 1, Math.floor(frames.length * p))].toFixed(0)} ms`
  console.log(`${await view.locator('.cell').count()} agents in ${seconds.toFixed(1)} s: ${(frames.length / seconds).toFixed(0)} frames a second; a frame takes ${share(0.5)} (median), ${share(0.95)} (95 %), ${share(0.99)} (99 %), ${share(1)} (longest); ${frames.filter((ms) => ms > 34).length} of ${frames.length} longer than 34 ms`)
  methods.forEach((method, i) => {
    const n = count(method) - before[i]
    console.log(`${method}: ${n}, ${(n / seconds).toFixed(2)} a second`)
  })
} finally {
  await code.stop()
  rmSync(folder, { recursive: true, force: true })
}
