export const meta = {
  name: 'hunt',
  description: 'Looks for flaky tests until two rounds in a row find nothing new, five rounds at most.',
  phases: [{ title: 'Hunt', detail: 'Three hunters a round, each with what is known already' }],
}

const MOST_ROUNDS = 5
const HUNTERS = ['timing', 'shared state', 'order']

const SIGHTINGS = {
  type: 'object',
  properties: {
    tests: { type: 'array', maxItems: 4, items: { type: 'string', maxLength: 100 } },
  },
  required: ['tests'],
  additionalProperties: false,
}

const known = new Set()
let dry = 0

phase('Hunt')
for (let round = 1; round <= MOST_ROUNDS && dry < 2; round++) {
  const list = [...known].sort().join(', ') || 'none yet'
  const seen = await parallel(
    HUNTERS.map((cause) => () =>
      agent(`Find tests that can fail because of ${cause}. Known already: ${list}.`, {
        label: `hunt:${cause} #${round}`,
        phase: 'Hunt',
        model: 'haiku',
        schema: SIGHTINGS,
      }),
    ),
  )
  const fresh = seen.filter(Boolean).flatMap((hunter) => hunter.tests).filter((test) => !known.has(test))
  fresh.forEach((test) => known.add(test))
  dry = fresh.length > 0 ? 0 : dry + 1
  log(`Round ${round}: ${fresh.length} new of ${known.size}, ${seen.filter((hunter) => !hunter).length} hunters failed.`)
}

return [...known].sort()
