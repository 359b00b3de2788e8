// 13 syntax: meta is the only export; a script without return gives undefined

// ---- another export
// expect error: export
export const meta = { name: "x", description: "d" };
export const more = 1;
// ^ line

// ---- a default export
// expect error: export
export const meta = { name: "x", description: "d" };
export default async function run({ agent }) { return agent("x"); }
// ^ line

// ---- no return
// expect: undefined
// expect calls: 1
export const meta = { name: "x", description: "d" };
await agent("a");

// ---- an early return
// expect: "early"
// expect calls: 0
export const meta = { name: "x", description: "d" };
if (args === undefined) return "early";
await agent("late");
