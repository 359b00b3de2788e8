export const meta = {
  name: 'six-pieces',
  description: 'Reads each of six days on its own and answers one question about the week.',
  phases: [
    { title: 'Read', detail: 'One reader for each day' },
    { title: 'Answer', detail: 'One answer from what they found' },
  ],
}

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const HOURS = {
  type: 'object',
  properties: {
    hours: { type: 'number', minimum: 0, maximum: 24 },
    why: { type: 'string', maxLength: 200 },
  },
  required: ['hours', 'why'],
  additionalProperties: false,
}

// `callsheet compare` hands over the question and the files; without them the readers have nothing to read.
const input = typeof args === 'string' ? JSON.parse(args) : (args ?? {})
const { question = 'Which day was longest, and why?', files = [] } = input
const days = (files[0]?.text ?? '').split('\n## ')
const of = (day) => days.find((text) => text.startsWith(day)) ?? `${day}: nothing was written down`

phase('Read')
const read = await parallel(
  DAYS.map((day) => () =>
    agent(`How long was everyone at work on this day, from call to wrap, and what held the work up?\n\n${of(day)}`, {
      label: `read:${day}`,
      phase: 'Read',
      model: 'haiku',
      schema: HOURS,
    }),
  ),
)

phase('Answer')
const found = DAYS.map((day, i) => `${day}: ${read[i]?.hours ?? 'unknown'} hours; ${read[i]?.why ?? 'not read'}`)
return await agent(`${question}\n\n${found.join('\n')}`, { label: 'answer', phase: 'Answer', model: 'sonnet' })
