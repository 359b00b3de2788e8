export const meta = {
  name: 'release',
  description: 'Reviews everything since the last release, then writes the notes.',
  phases: [{ title: 'Write', detail: 'The notes, from what the review confirmed' }],
}

const NOTES = {
  type: 'object',
  properties: {
    headline: { type: 'string', maxLength: 120 },
    warnings: { type: 'array', maxItems: 10, items: { type: 'string', maxLength: 200 } },
  },
  required: ['headline', 'warnings'],
  additionalProperties: false,
}

const given = typeof args === 'string' ? JSON.parse(args) : args
const { since = 'v1.0.0' } = given ?? {}

const review = await workflow({ scriptPath: 'review.workflow.js' }, { base: since })
const claims = review.confirmed.slice(0, 10).map((finding) => `- ${finding.claim}`)

const notes = await agent(`Write release notes for the changes since ${since}. Known problems:\n${claims.join('\n')}`, {
  label: 'notes',
  phase: 'Write',
  model: 'sonnet',
  schema: NOTES,
})

return { notes, unjudged: review.open.length }
