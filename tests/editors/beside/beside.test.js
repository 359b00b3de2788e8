// What docs/beside.md says of other tools, with the settings that stand on that page.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'

const here = import.meta.dirname
const root = path.join(here, '../../..')
const page = readFileSync(path.join(root, 'docs/beside.md'), 'utf8')
const folder = mkdtempSync(path.join(tmpdir(), 'callsheet-beside-'))
const scripts = readdirSync(path.join(root, 'examples')).filter((name) => name.endsWith('.workflow.js'))

/** The code under a heading of the page that holds these words. */
const block = (heading, holds) => page.split(`\n## ${heading}\n`)[1].split('\n## ')[0].split(/```\w*\n/).find((part) => part.includes(holds)).split('\n```')[0]
const put = (file, text) => writeFileSync(path.join(folder, file), text)
/** What a tool says, and its exit status. */
function run(tool, ...words) {
  const { status, stdout, stderr } = spawnSync(path.join(here, 'node_modules/.bin', tool), words, { cwd: folder, encoding: 'utf8' })
  return { status, said: stdout + stderr }
}

before(() => {
  for (const script of scripts) cpSync(path.join(root, 'examples', script), path.join(folder, script))
  symlinkSync(path.join(here, 'node_modules'), path.join(folder, 'node_modules'))
  put('package.json', '{"type":"module"}')
  put('wrong.workflow.js', "export const meta = { name: 'wrong', description: 'x' }\nconst unused = 1\nreturn await agnt('hi')\n")
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('ESLint gives up at the return, and with the parser on the page finds real mistakes and no others', () => {
  put('eslint.config.js', "import js from '@eslint/js'\nexport default [js.configs.recommended]\n")
  const alone = run('eslint', ...scripts)
  assert.equal(alone.said.match(/Parsing error: 'return' outside of function/g)?.length, scripts.length)
  put('eslint.config.js', block('ESLint', 'tseslint.parser'))
  assert.deepEqual(run('eslint', ...scripts), { status: 0, said: '' })
  const wrong = run('eslint', 'wrong.workflow.js').said
  assert.match(wrong, /'unused' is assigned a value but never used/)
  assert.match(wrong, /'agnt' is not defined/)
})

test('ESLint can leave scripts out', () => {
  const ignores = page.match(/`(\{ ignores: .*? \})`/)[1]
  put('eslint.config.js', `export default [${ignores}, { files: ['**/*.js'] }]\n`)
  mkdirSync(path.join(folder, '.claude/workflows'), { recursive: true })
  cpSync(path.join(folder, scripts[0]), path.join(folder, '.claude/workflows/x.js'))
  assert.equal(run('eslint', '.').said, '')
})

test('Prettier formats scripts', () => {
  for (const script of scripts) assert.equal(run('prettier', script).status, 0, script)
})

test('oxlint checks scripts', () => {
  assert.equal(run('oxlint', ...scripts).status, 0)
  assert.match(run('oxlint', 'wrong.workflow.js').said, /unused/)
})

test('Biome takes the return for a mistake, and can leave scripts out', () => {
  assert.match(run('biome', 'lint', ...scripts).said, /Illegal return statement outside of a function/)
  put('biome.json', block('Biome', 'includes'))
  assert.doesNotMatch(run('biome', 'lint', '.').said, /workflow/)
})

test('TypeScript has the names by the types, says nothing without checkJs, and TS1108 with it', () => {
  const config = (checkJs) => put('tsconfig.json', JSON.stringify({ compilerOptions: { allowJs: true, checkJs, strict: false, noEmit: true, target: 'esnext', module: 'esnext', moduleDetection: 'force', lib: ['esnext'], types: [] }, files: ['end.workflow.js', ...scripts] }))
  put('end.workflow.js', `export const meta = { name: 'end', description: 'x' }\n${block('The TypeScript server', 'Find bugs')}\n/** @type {string[]} */\nexport const same = found?.bugs ?? []\n${block('The TypeScript server', 'ts-ignore')}\n`)
  config(false)
  assert.equal(run('tsc', '-p', '.').said, '')
  config(true)
  assert.match(run('tsc', '-p', '.').said, /TS1108[\s\S]*TS2304: Cannot find name 'agent'|TS2304: Cannot find name 'agent'[\s\S]*TS1108/)
  cpSync(path.join(root, 'grammars/workflow.d.ts'), path.join(folder, 'workflow.d.ts'))
  put('tsconfig.json', readFileSync(path.join(folder, 'tsconfig.json'), 'utf8').replace('"files":["end', '"files":["workflow.d.ts","end'))
  const { said } = run('tsc', '-p', '.')
  assert.doesNotMatch(said, /end\.workflow\.js|TS2304/)
  assert.equal(said.match(/TS1108/g).length, scripts.length)
})

test('typescript-language-server says nothing of a script and knows its names by the types', async () => {
  rmSync(path.join(folder, 'tsconfig.json'))
  put('jsconfig.json', '{"compilerOptions":{"target":"esnext","module":"esnext","moduleDetection":"force","lib":["esnext"],"types":[],"checkJs":false},"include":["*.js","workflow.d.ts"]}')
  const server = spawn(path.join(here, 'node_modules/.bin/typescript-language-server'), ['--stdio'], { cwd: folder })
  const answers = new Map()
  const diagnostics = []
  let rest = Buffer.alloc(0)
  server.stdout.on('data', (part) => {
    rest = Buffer.concat([rest, part])
    for (;;) {
      const head = rest.indexOf('\r\n\r\n')
      const length = Number(/Content-Length: (\d+)/.exec(rest.toString('utf8', 0, head))?.[1])
      if (head < 0 || rest.length < head + 4 + length) return
      const message = JSON.parse(rest.toString('utf8', head + 4, head + 4 + length))
      rest = rest.subarray(head + 4 + length)
      if (message.method === 'textDocument/publishDiagnostics') diagnostics.push(...message.params.diagnostics)
      else if (message.method && message.id !== undefined) send({ id: message.id, result: null })
      else answers.get(message.id)?.(message.result)
    }
  })
  const send = (message) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }
  const ask = (method, params) => new Promise((answered) => {
    const id = answers.size + 1
    answers.set(id, answered)
    send({ id, method, params })
  })
  const uri = `file://${path.join(folder, 'end.workflow.js')}`
  const text = readFileSync(path.join(folder, 'end.workflow.js'), 'utf8')
  try {
    await ask('initialize', { processId: process.pid, rootUri: `file://${folder}`, capabilities: {} })
    send({ method: 'initialized', params: {} })
    send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'javascript', version: 1, text } } })
    const hover = await ask('textDocument/hover', { textDocument: { uri }, position: { line: 2, character: 8 } })
    assert.match(JSON.stringify(hover.contents), /bugs: string\[\]|string\[\]|found/)
    const agent = await ask('textDocument/hover', { textDocument: { uri }, position: { line: 1, character: 22 } })
    assert.match(JSON.stringify(agent.contents), /function agent/)
    assert.deepEqual(diagnostics.filter((one) => one.severity === 1), [])
  } finally {
    server.kill()
  }
})
