import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { Language, Parser, Query } from 'web-tree-sitter'
import { matches } from './expected.js'

const require = createRequire(import.meta.url)
const read = (file) => readFileSync(new URL(file, import.meta.url), 'utf8')

/** What each query marks in the sample, a line each: place, capture, text. */
async function marked() {
  await Parser.init()
  const javascript = await Language.load(require.resolve('tree-sitter-javascript/tree-sitter-javascript.wasm'))
  const parser = new Parser()
  parser.setLanguage(javascript)
  const tree = parser.parse(read('sample.workflow.js'))
  return ['highlights', 'injections'].flatMap((name) => new Query(javascript, read(`../queries/${name}.scm`))
    .captures(tree.rootNode)
    .filter((capture) => !capture.name.startsWith('_'))
    .map(({ name, node }) => `${node.startPosition.row + 1}:${node.startPosition.column + 1} @${name} ${JSON.stringify(node.text)}`))
}

test('the queries mark primitives, titles and prompts', async () => {
  matches('treesitter.expected', `${(await marked()).join('\n')}\n`)
})
