import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'

const require = createRequire(import.meta.url)
const flags = ['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext', '--moduleDetection', 'force']

// 5.9 is the oldest that editors still bring; 7 is the rewrite.
for (const compiler of ['typescript-5', 'typescript']) {
  const { version, bin } = require(`${compiler}/package.json`)
  test(`workflow.d.ts says what types.ts expects, to TypeScript ${version}`, () => {
    const tsc = path.join(path.dirname(require.resolve(`${compiler}/package.json`)), bin.tsc)
    const run = spawnSync(process.execPath, [tsc, ...flags, 'types.ts', '../workflow.d.ts'], { cwd: import.meta.dirname })
    assert.equal(run.stdout.toString() + run.stderr, '')
  })
}
