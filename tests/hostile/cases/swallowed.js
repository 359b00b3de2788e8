// A limit of the run that the script tries to outlive.

// ---- catch in a loop
// limits: 3 agents
// expect error: 3 agents
// expect calls: 3
export const meta = { name: "hostile", description: "Means harm" };
for (let i = 0; ; i++) { try { await agent(`${i}`); } catch {} }

// ---- finally that returns
// limits: 3 agents
// expect error: 3 agents
// expect calls: 3
export const meta = { name: "hostile", description: "Means harm" };
const stubborn = async (n) => { try { return await agent(`${n}`); } finally { return stubborn(n + 1); } };
return stubborn(0);

// ---- parallel makes it null, they hope
// limits: 3 agents
// expect error: 3 agents
export const meta = { name: "hostile", description: "Means harm" };
for (;;) await parallel([() => agent("a"), () => agent("b")]);

// ---- allSettled
// limits: 3 agents
// expect error: 3 agents
export const meta = { name: "hostile", description: "Means harm" };
const all = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => agent(`${i}`)));
return all.length;

// ---- the wall clock, with agents that answer
// limits: 400 ms wall, 100000 agents
// model: "*" -> after 10 ms "again"
// expect error: 400 ms
export const meta = { name: "hostile", description: "Means harm" };
for (;;) { try { await agent("a"); } catch {} }
