export const meta = { name: 'agents', description: 'Asks an agent for text and for an answer in a schema' }
const schema = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }
const text = await agent('cut in pieces')
const shaped = await agent(`for ${args.agent}`, { schema })
return { text, shaped }
