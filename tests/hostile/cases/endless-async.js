// Code that gives way again and again but never ends and never asks for anything.

// ---- awaiting nothing
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
while (true) await null;
// ^ line

// ---- two promises that wake each other
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
const ping = () => Promise.resolve().then(pong);
const pong = () => Promise.resolve().then(ping);
await ping();

// ---- a chain that grows by itself
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
const more = () => { Promise.resolve().then(more); };
more();
await new Promise(() => {});

// ---- a thenable that resolves to another, for ever
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
const again = () => ({ then(resolve) { resolve(again()); } });
await again();

// ---- an async generator without end
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
async function* numbers() { for (let i = 0; ; i++) yield i; }
for await (const n of numbers()) { if (n < 0) return n; }

// ---- errors caught in a loop
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
for (;;) {
  try { await Promise.reject(new Error("again")); } catch {} finally { await null; }
}

// ---- in a nested workflow
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return workflow("spins");

// ---- many thunks that never end
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return parallel(Array.from({ length: 1000 }, () => async () => { for (;;) await null; }));

// ---- waiting for nobody
// limits: 300 ms slice
// expect error: never
export const meta = { name: "hostile", description: "Means harm" };
await new Promise(() => {});

// ---- a thenable that never calls back
// limits: 300 ms slice
// expect error: never
export const meta = { name: "hostile", description: "Means harm" };
return { then() {} };

// ---- an agent that never answers
// limits: 500 ms wall
// model: "a" -> never
// expect error: 500 ms
export const meta = { name: "hostile", description: "Means harm" };
return agent("a");
