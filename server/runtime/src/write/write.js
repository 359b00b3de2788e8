export const meta = {
  name: 'write',
  description: 'Has a model write a workflow script, and gives it back what a checker finds until there is nothing',
  phases: [{ title: 'Write', detail: 'One agent for each draft' }],
}

const DRAFT = {
  type: 'object',
  properties: {
    answer: { type: 'string', description: 'What the model said' },
    script: { type: ['string', 'null'], description: 'The script in it' },
    errors: { type: 'array', items: { type: 'string' }, description: 'What keeps the script from running' },
    warnings: { type: 'array', items: { type: 'string' }, description: 'What is likely not what is meant' },
  },
  required: ['answer', 'script', 'errors', 'warnings'],
  additionalProperties: false,
}

const count = (n, what) => `${n} ${what}${n === 1 ? '' : 's'}`

const { task, attempts } = args
let prompt = task
for (let n = 1; n <= attempts; n++) {
  const draft = await agent(prompt, { label: `draft ${n}`, phase: 'Write', agentType: 'writer', schema: DRAFT })
  if (!draft) break
  const { errors, warnings } = draft
  log(`draft ${n}: ${count(errors.length, 'error')}, ${count(warnings.length, 'warning')}`)
  if (errors.length + warnings.length === 0) return n
  prompt = `${task}

You answered before:

${draft.answer}

A checker finds:

${[...errors, ...warnings].join('\n')}

Mend that and answer with the whole script again.`
}
return null
