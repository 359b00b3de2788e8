// Code that never gives way: the slice of time it has ends it, wherever it hides. The error names the limit.

// ---- a loop
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
while (true) {}
// ^ line

// ---- a loop after an agent answered
// limits: 300 ms slice
// expect error: 300 ms
// expect calls: 1
export const meta = { name: "hostile", description: "Means harm" };
await agent("a");
for (let i = 0; ; i++) {}
// ^ line

// ---- in a function, called from a function
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
const spin = (n) => { do { n++; } while (n); };
const outer = () => spin(1);
outer();

// ---- behind a label and a continue
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
again: for (;;) {
  for (const x of [1, 2, 3]) { if (x === 2) continue again; }
}

// ---- in a getter
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
const trap = { get value() { while (true) {} } };
return trap.value;

// ---- in toString of a prompt, which is refused unread
// limits: 300 ms slice
// expect error: prompt
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
await agent({ toString() { while (true) {} } });

// ---- in toJSON of a result, which nobody calls
// limits: 300 ms slice
// expect error: function
export const meta = { name: "hostile", description: "Means harm" };
return { toJSON() { while (true) {} } };

// ---- in a getter of a result
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return { get value() { while (true) {} } };

// ---- in a getter of the options
// limits: 300 ms slice
// expect error: 300 ms
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
await agent("a", { get label() { while (true) {} } });

// ---- in a trap of a proxy
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
const options = new Proxy({}, { get() { while (true) {} }, ownKeys() { while (true) {} } });
return agent("a", options);

// ---- in a comparison of a sort
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return [3, 1, 2].sort(() => { while (true) {} });

// ---- in the callback of a replace
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return "aaa".replace(/a/g, () => { while (true) {} });

// ---- in a reviver
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return JSON.parse("[1]", () => { while (true) {} });

// ---- in a thenable that is awaited
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
await { then() { while (true) {} } };

// ---- in a tagged template
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
const tag = () => { while (true) {} };
return tag`x`;

// ---- in Symbol.toPrimitive
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return 1 + { [Symbol.toPrimitive]() { while (true) {} } };

// ---- in a thunk of parallel, which drops what throws
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return parallel([() => { while (true) {} }, () => agent("b")]);

// ---- in a stage of pipeline
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return pipeline([1, 2], (x) => agent(`${x}`), () => { while (true) {} });

// ---- with catch and finally round it
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
for (;;) {
  try {
    while (true) {}
  } catch {
    continue;
  } finally {
    while (true) {}
  }
}
