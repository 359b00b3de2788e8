// Ways out of the sandbox that others had to close.

// ---- constructors of everything at hand
// expect: []
export const meta = { name: "hostile", description: "Means harm" };
const source = "return [typeof process, typeof require, typeof fetch, typeof Deno].filter((t) => t !== 'undefined')";
const reached = [];
const things = [
  agent, parallel, pipeline, phase, log, workflow, budget, budget.spent, args, [], {}, /x/, new Error("x"), Symbol.iterator,
  async () => {}, function* () {}, async function* () {}, agent("a"), new Proxy(agent, {}), Object.getPrototypeOf(agent),
];
for (const thing of things) {
  try {
    reached.push(...thing.constructor.constructor(source)());
  } catch {}
}
await things[17];
return reached;

// ---- the global of a function without this
// expect: true
export const meta = { name: "hostile", description: "Means harm" };
const top = (function () { return this; }) ?? globalThis;
const made = (() => { try { return Function("return this")(); } catch { return globalThis; } })();
return made === globalThis || made === undefined || typeof top === "function";

// ---- constructors of async functions and generators
// expect: ["undefined", "undefined"]
export const meta = { name: "hostile", description: "Means harm" };
const kinds = [];
for (const make of [(async () => {}).constructor, (function* () {}).constructor]) {
  try {
    const got = make("return typeof process")();
    kinds.push(typeof got.next === "function" ? got.next().value : await got);
  } catch {
    kinds.push("undefined");
  }
}
return kinds;

// ---- an import that is computed
// expect: "refused"
export const meta = { name: "hostile", description: "Means harm" };
const name = "f" + "s";
try {
  await eval("import(name)");
  return "imported";
} catch {
  return "refused";
}

// ---- an import in a function made from text
// expect: "refused"
export const meta = { name: "hostile", description: "Means harm" };
try {
  await Function("return import('fs')")();
  return "imported";
} catch {
  return "refused";
}

// ---- eval of the primitives
// expect: "re: a"
export const meta = { name: "hostile", description: "Means harm" };
try {
  return await (0, eval)("agent('a')");
} catch {
  return "re: a";
}

// ---- the clock by a function made from text
// expect: "no clock"
export const meta = { name: "hostile", description: "Means harm" };
try {
  const t = Function("return Date.now()")();
  return `the time is ${t}`;
} catch {
  return "no clock";
}

// ---- chance by the order of keys or addresses
// expect: true
export const meta = { name: "hostile", description: "Means harm" };
const order = (n) => Object.keys(Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${(i * 7919) % n}`, i]))).join();
return order(100) === order(100);

// ---- a stack read for paths
// expect: false
export const meta = { name: "hostile", description: "Means harm" };
const stack = String(new Error("x").stack);
return /\/(home|work|tmp|root|usr)\//.test(stack);

// ---- shared memory as a clock
// expect error: suspended
// limits: 300 ms slice
export const meta = { name: "hostile", description: "Means harm" };
const cell = new Int32Array(new SharedArrayBuffer(4));
Atomics.wait(cell, 0, 0);
return "waited";
