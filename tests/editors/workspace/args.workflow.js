export const meta = { name: 'args', description: 'Greets everyone in args' }
return await parallel(args.names.map((name) => () => agent(`Greet ${name}.`, { label: `greet ${name}` })))
