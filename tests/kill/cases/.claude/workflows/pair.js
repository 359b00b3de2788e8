export const meta = { name: "pair", description: "Two agents, one after the other" };
const first = await agent(`first of ${args.name}`);
return [first, await agent(`second of ${args.name} after ${first}`)];
