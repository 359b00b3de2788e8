// Compiled by types.test.js with checks on: a wrong type here is a failed test.
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
function same<A, B>(_: Same<A, B>): void {}

export const meta = { name: 'types', description: 'What the checker knows', phases: [{ title: 'Review' }] } satisfies Meta

const text = await agent('Say hello.', { label: 'hello', effort: 'low' })
same<typeof text, string | null>(true)

const review = await agent('Review.', {
  schema: {
    type: 'object',
    properties: {
      findings: { type: 'array', items: { type: 'object', properties: { line: { type: 'integer' } }, required: ['line'] } },
      verdict: { enum: ['good', 'bad'] },
      note: { type: 'string' },
    },
    required: ['findings', 'verdict'],
  },
})
same<typeof review, { findings: { line: number }[]; verdict: 'good' | 'bad'; note?: string } | null>(true)

// A schema kept in a variable has lost its literal types, not its shape.
const FINDINGS = { type: 'object', properties: { findings: { type: 'array', items: { type: 'string' } } }, required: ['findings'] }
const kept = await agent('Review.', { schema: FINDINGS })
same<typeof kept, { findings: any[] } | null>(true)

const both = await parallel([() => agent('One.'), async () => 2])
same<typeof both, [string | null, number | null]>(true)

const many = await parallel(['a', 'b'].map((letter) => () => agent(letter)))
same<typeof many, (string | null)[]>(true)

const lengths = await pipeline(
  ['a', 'b'],
  (item) => agent(item),
  (answer, item, index) => (answer ?? item).length + index,
)
same<typeof lengths, (number | null)[]>(true)

phase('Review')
log(`${budget.remaining()} of ${budget.total ?? 'no limit'}`)
const nested: unknown = await workflow({ scriptPath: 'other.workflow.js' }, args)
log(String(nested))

// @ts-expect-error: a misspelt option
await agent('x', { lable: 'y' })
// @ts-expect-error: no such effort
await agent('x', { effort: 'huge' })
// @ts-expect-error: promises where functions are meant
await parallel([agent('x')])
// @ts-expect-error: budget is an object
budget()
