export const meta = { name: 'llama', description: 'Asks a model that says noise for answers that only a grammar can make of it' }
const object = (properties) => ({ type: 'object', required: Object.keys(properties), additionalProperties: false, properties })
const word = { type: 'string', pattern: '^[a-z]{1,12}$' }
const schemas = {
  bounds: object({ n: { type: 'integer', minimum: 3, maximum: 9 } }),
  words: object({ color: { enum: ['red', 'green'] }, sure: { type: 'boolean' } }),
  list: object({ found: { type: 'array', minItems: 1, maxItems: 3, items: object({ file: word, line: { type: 'integer', minimum: 0, maximum: 999 } }) } }),
  either: object({ value: { anyOf: [{ type: 'null' }, object({ name: word })] } }),
}
const names = Object.keys(schemas)
const noise = await agent('say {"n": 5}', { label: 'noise' })
const answers = await parallel(names.map((name) => () => agent(`answer ${name}`, { schema: schemas[name], label: name })))
return { noise: noise?.slice(0, 40) ?? '', answered: names.filter((_, n) => answers[n] !== null) }
