// More of everything than anyone waits for.

// ---- ten thousand agents nobody awaits
// limits: 1000 agents
// expect error: 1000
export const meta = { name: "hostile", description: "Means harm" };
for (let i = 0; i < 10_000; i++) agent(`${i}`).catch(() => {});
return "done";

// ---- ten thousand promises nobody awaits
// expect: "done"
export const meta = { name: "hostile", description: "Means harm" };
for (let i = 0; i < 10_000; i++) new Promise((resolve) => resolve(i)).then(() => {});
return "done";

// ---- ten thousand rejections nobody catches
// expect: "done"
export const meta = { name: "hostile", description: "Means harm" };
for (let i = 0; i < 10_000; i++) Promise.reject(new Error(`${i}`));
return "done";

// ---- ten thousand log lines
// expect: "done"
export const meta = { name: "hostile", description: "Means harm" };
for (let i = 0; i < 10_000; i++) log(`line ${i}`);
return "done";

// ---- a fan-out in each of a fan-out
// limits: 50 agents
// expect error: 50 agents
export const meta = { name: "hostile", description: "Means harm" };
const wide = (f) => parallel(Array.from({ length: 30 }, (_, i) => () => f(i)));
return wide((a) => wide((b) => wide((c) => agent(`${a} ${b} ${c}`))));

// ---- a race, the losers left behind
// limits: 500 ms wall
// model: "slow" -> never
// expect error: 500 ms
export const meta = { name: "hostile", description: "Means harm" };
return Promise.race([agent("quick"), agent("slow")]);

// ---- agents asked from a catch of the cap
// limits: 5 agents
// expect error: 5 agents
// expect calls: 5
export const meta = { name: "hostile", description: "Means harm" };
const again = (n) => agent(`${n}`).then(() => again(n + 1), () => again(n + 1));
return again(0);
