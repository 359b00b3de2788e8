// 10 meta: a getter is refused unrun, and a prototype smuggles nothing in

// ---- a getter with a side effect
// expect error: meta
// expect calls: 0
export const meta = { name: "x", get description() { agent("stolen"); return "d"; } };

// ---- fields by prototype
// expect error: __proto__
export const meta = { __proto__: { name: "x", description: "d" } };
