import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import oniguruma from 'vscode-oniguruma'
import textmate from 'vscode-textmate'
import { matches } from './expected.js'

const require = createRequire(import.meta.url)
const read = (file) => readFileSync(new URL(file, import.meta.url), 'utf8')
const grammars = {
  'source.js': () => readFileSync(require.resolve('tm-grammars/grammars/javascript.json'), 'utf8'),
  'source.js.callsheet': () => read('../textmate/workflow.tmLanguage.json'),
  'callsheet.injection': () => read('../textmate/callsheet.tmLanguage.json'),
}

async function javascript() {
  await oniguruma.loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')))
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scope) => (grammars[scope] ? textmate.parseRawGrammar(grammars[scope](), `${scope}.json`) : null),
    getInjections: (scope) => (scope === 'source.js' ? ['source.js.callsheet', 'callsheet.injection'] : []),
  })
  return registry.loadGrammar('source.js')
}

/** Each line, and below it the tokens that are ours or that are text or comment, with their innermost scopes. */
function drawn(grammar, text) {
  let state = textmate.INITIAL
  return text.trimEnd().split('\n').map((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state)
    state = ruleStack
    const said = tokens.map(({ startIndex, endIndex, scopes }) => {
      const told = scopes.slice(scopes.lastIndexOf('meta.template.expression.js') + 1).filter((s) => /callsheet|^string|^comment/.test(s) && s !== 'meta.workflow.callsheet')
      return told.length ? `    ${JSON.stringify(line.slice(startIndex, endIndex))} ${told.join(' ')}` : null
    })
    return [line, ...said.filter(Boolean)].join('\n')
  }).join('\n') + '\n'
}

test('primitives, titles and prompts are coloured, in workflow scripts only', async () => {
  matches('textmate.expected', drawn(await javascript(), read('sample.workflow.js')))
})
