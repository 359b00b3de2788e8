export const meta = { name: "two-agents", description: "Asks two agents, one after the other" };
const first = await agent("child 1");
return [first, await agent("child 2")];
