export const meta = { name: 'peers', description: 'Asks a peer for text and for an answer in a schema' }
const schema = { type: 'object', required: ['n'], additionalProperties: false, properties: { n: { type: 'integer', minimum: 3 } } }
const text = await agent(args.prompt)
const shaped = await agent('shape', { schema, effort: 'low' })
return { text, shaped }
