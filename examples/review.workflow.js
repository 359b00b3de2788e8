export const meta = {
  name: 'review',
  description: 'Reviews a change from three sides and lets a second agent try to refute every finding.',
  phases: [
    { title: 'Review', detail: 'One reviewer for each side' },
    { title: 'Refute', detail: 'One sceptic for each finding' },
  ],
}

const SIDES = [
  { name: 'bugs', asks: 'What gives a wrong result, loses data or crashes?' },
  { name: 'security', asks: 'What lets someone do or see what they must not?' },
  { name: 'tests', asks: 'Which changed behaviour would no test notice?' },
]

const FINDINGS = {
  type: 'object',
  properties: {
    findings: {
      type: 'array',
      maxItems: 5,
      items: {
        type: 'object',
        properties: {
          file: { type: 'string', maxLength: 120 },
          line: { type: 'integer', minimum: 1 },
          claim: { type: 'string', maxLength: 300 },
        },
        required: ['file', 'line', 'claim'],
        additionalProperties: false,
      },
    },
  },
  required: ['findings'],
  additionalProperties: false,
}

const VERDICT = {
  type: 'object',
  properties: {
    holds: { type: 'boolean' },
    reason: { type: 'string', maxLength: 300 },
  },
  required: ['holds', 'reason'],
  additionalProperties: false,
}

// Arguments can arrive as an object or as its JSON text; without any, the working tree is reviewed.
const given = typeof args === 'string' ? JSON.parse(args) : args
const { base = 'HEAD', paths = '.' } = given ?? {}

const review = (side) =>
  agent(`Review the changes since ${base} in ${paths}. ${side.asks} Report only what you can point at.`, {
    label: `review:${side.name}`,
    phase: 'Review',
    model: 'sonnet',
    schema: FINDINGS,
  })

const refute = (finding) =>
  agent(`Try to refute: "${finding.claim}" (${finding.file}:${finding.line}). Say it holds only if you cannot.`, {
    label: `refute:${finding.file}`,
    phase: 'Refute',
    model: 'haiku',
    schema: VERDICT,
  })

// A pipeline, not two barriers: findings of a quick reviewer are refuted while a slow one still reads.
const reviewed = await pipeline(
  SIDES,
  (side) => review(side),
  async (found) => {
    if (!found) return null
    const verdicts = await parallel(found.findings.map((finding) => () => refute(finding)))
    return found.findings.map((finding, i) => ({ ...finding, verdict: verdicts[i] }))
  },
)

const judged = reviewed.filter(Boolean).flat()
const confirmed = judged.filter((finding) => finding.verdict?.holds)
const open = judged.filter((finding) => !finding.verdict)
log(`${confirmed.length} of ${judged.length} findings hold; ${open.length} were not judged.`)

return { confirmed, open }
