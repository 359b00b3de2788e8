// 48 budget: total, spent and remaining

// ---- without a limit
// model: "a" -> 12 tokens "A"
// expect: [null, 0, true, "A", 12, true]
export const meta = { name: "x", description: "d" };
const before = [budget.total, budget.spent(), budget.remaining() === Infinity];
return [...before, await agent("a"), budget.spent(), budget.remaining() === Infinity];

// ---- with one
// limits: 1000 tokens
// model: "a" -> 12 tokens "A"
// expect: [1000, 0, 1000, "A", 12, 988]
export const meta = { name: "x", description: "d" };
const before = [budget.total, budget.spent(), budget.remaining()];
return [...before, await agent("a"), budget.spent(), budget.remaining()];

// ---- never below nothing
// limits: 10 tokens
// model: "a" -> 12 tokens "A"
// expect: [12, 0]
export const meta = { name: "x", description: "d" };
await agent("a");
return [budget.spent(), budget.remaining()];

// ---- it is an object
// expect error: function
export const meta = { name: "x", description: "d" };
return budget(500);
// ^ line
