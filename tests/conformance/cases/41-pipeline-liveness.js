// 41 pipeline: one slot is enough for any nesting, and failing items hold none

// ---- every item fails
// limits: 1 at once
// expect: [null, null, null]
export const meta = { name: "x", description: "d" };
return pipeline([1, 2, 3], (i) => agent(`${i}`), () => { throw new Error("no"); });

// ---- fan-out in fan-out in fan-out
// limits: 1 at once
// expect: 8
// expect calls: 8
export const meta = { name: "x", description: "d" };
const two = (f) => parallel([() => f(0), () => f(1)]);
const all = await two((a) => two((b) => two((c) => agent(`${a}${b}${c}`))));
return all.flat(2).filter(Boolean).length;

// ---- an agent that waits for an agent
// limits: 1 at once
// expect: "re: re: re: seed"
export const meta = { name: "x", description: "d" };
return agent(await agent(await agent("seed")));
