export const meta = { name: 'refused', description: 'calls that the runtime refuses, and what catches that' }
const S = { type: 'object', required: ['items'], properties: { items: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 3 } } }
const found = await agent('find some', { schema: S })
const items = found?.items ?? ['']
await parallel([() => agent(''), () => agent('x')])
await parallel(items.map((item) => () => agent(item)))
await parallel(items.map((item) => () => agent(`look at ${item}`, { model: args?.flag && 'opus' })))
const early = agent(args?.name ?? '')
let late = 0
try {
  late = await early
} catch {
  late = await agent('mend it', { effort: args?.flag ? 'fast' : 'low' }).catch(() => 1)
}
const [settled] = await Promise.allSettled([agent(undefined), agent('two', args?.flag)])
try {
  phase('')
  await agent('after a phase without a title')
} catch {
  await agent('without it')
}
try {
  await parallel([() => agent('three'), args?.flag && (() => agent('four'))])
} catch {
  late += 1
}
async function ask(prompt) {
  const answer = await agent(prompt)
  await agent('and then')
  return answer
}
const asked = ask(args?.name)
const both = await Promise.all([asked, ask('sure')]).catch(() => [])
try {
  await pipeline(args?.flag ? ['y'] : 'no list', (y) => agent(y))
} catch {
  late += 1
}
return { late, settled: settled.status, both: both.length }
