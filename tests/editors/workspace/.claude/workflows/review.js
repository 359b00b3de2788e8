export const meta = {
  name: 'review',
  description: 'Reviews three dimensions, then tries to refute each finding',
  phases: [{ title: 'Review' }, { title: 'Verify' }],
}

const DIMENSIONS = ['correctness', 'security', 'tests']
const FINDINGS = {
  type: 'object',
  properties: { findings: { type: 'array', maxItems: 3, items: { type: 'string' } } },
  required: ['findings'], additionalProperties: false,
}

const review = (dimension) =>
  agent(`Review the ${dimension}.`, { label: dimension, phase: 'Review', schema: FINDINGS })
const refute = (finding) =>
  agent(`Refute: ${finding}`, { phase: 'Verify' })

const verified = await pipeline(
  DIMENSIONS,
  review,
  ({ findings }) => parallel(findings.map((finding) => () => refute(finding))),
)
return verified.flat()
