// 47 budget: when as much is spent as there is, the next agent throws

// ---- the next agent
// limits: 25 tokens
// model: "a" -> 30 tokens "A"
// expect error: budget
// expect error: 25
// expect calls: 1
export const meta = { name: "x", description: "d" };
await agent("a");
await agent("b");
// ^ line

// ---- what is under the limit goes
// limits: 25 tokens
// model: "a" -> 10 tokens "A"
// model: "b" -> 14 tokens "B"
// expect: ["A", "B", 24, 1]
export const meta = { name: "x", description: "d" };
return [await agent("a"), await agent("b"), budget.spent(), budget.remaining()];
