// Expected texts beside the tests: UPDATE=1 npm test writes them anew.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'

export function matches(file, text) {
  const path = new URL(file, import.meta.url)
  if (process.env.UPDATE) writeFileSync(path, text)
  assert.equal(text, readFileSync(path, 'utf8'))
}
