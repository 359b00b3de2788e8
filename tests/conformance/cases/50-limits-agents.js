// 50 limits: a run has 1000 agents, nested workflows included

// ---- the thousandth goes
// expect: 1000
// expect calls: 1000
export const meta = { name: "x", description: "d" };
const answers = await parallel(Array.from({ length: 1000 }, (_, i) => () => agent(`${i}`)));
return answers.filter(Boolean).length;

// ---- the next does not
// expect error: 1000
// expect calls: 1000
export const meta = { name: "x", description: "d" };
await parallel(Array.from({ length: 1000 }, (_, i) => () => agent(`${i}`)));
await agent("one more");
// ^ line

// ---- a nested workflow draws on the same number
// limits: 3 agents
// expect error: 3 agents
// expect calls: 3
export const meta = { name: "x", description: "d" };
await workflow("two-agents");
await workflow("two-agents");
return "too many";
