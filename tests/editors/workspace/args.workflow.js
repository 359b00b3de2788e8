export const meta = { name: 'args', description: 'Greets everyone in args' }
const input = typeof args === 'string' ? JSON.parse(args) : (args ?? {})
return await parallel(input.names.map((name) => () => agent(`Greet ${name}.`, { label: `greet ${name}` })))
