// Code that takes all the memory there is: the limit ends it, with its line, and the machine does not notice.

// ---- an array that grows
// limits: 64 MiB, 60000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
const all = [];
for (let i = 0; ; i++) all.push({ i, name: `item ${i}` });
// ^ line

// ---- long strings
// limits: 64 MiB, 6000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
const all = [];
for (let i = 0; ; i++) all.push(String(i).padEnd(1_000_000, "x"));
// ^ line

// ---- a string that doubles
// limits: 64 MiB, 6000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
let s = "x";
for (;;) s += s;
// ^ line

// ---- repeat
// limits: 64 MiB, 6000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
return "x".repeat(2 ** 29).length;
// ^ line

// ---- repeat behind a helper
// limits: 64 MiB, 6000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
const pad = (n) => {
  return "x".repeat(n);
};
if (pad(3).length === 3) {
  const asked = await agent("a");
  log(asked + "x".repeat(2 ** 29).length);
// ^ line
}

// ---- repeat inside a function
// limits: 64 MiB, 6000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
async function pad(n) {
  await null;
  return "x".repeat(2 ** n).length;
// ^ line
}
return parallel([() => pad(2), () => pad(29)]);

// ---- padding
// limits: 64 MiB, 6000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
return "x".padEnd(2 ** 31).length;
// ^ line

// ---- one text many times over
// limits: 64 MiB, 6000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
const text = "x".repeat(1_000_000);
const list = new Array(100_000).fill(text);
return list.join("").length;
// ^ line

// ---- the longest list
// limits: 64 MiB, 6000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
return new Array(2 ** 32 - 1).join("x").length;
// ^ line

// ---- more arguments than there are numbers
// limits: 64 MiB, 6000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
return Reflect.apply(Math.max, null, { length: 2 ** 53 - 1 });
// ^ line

// ---- a typed array
// limits: 64 MiB, 2000 ms slice
// expect error: maximum buffer size of 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
return new Float64Array(2 ** 28).length;
// ^ line

// ---- many buffers
// limits: 64 MiB, 60000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
const all = [];
for (;;) all.push(new Uint8Array(1 << 20).fill(7));
// ^ line

// ---- a buffer that grows
// limits: 64 MiB, 2000 ms slice
// expect error: maximum buffer size of 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
const buffer = new ArrayBuffer(8, { maxByteLength: 2 ** 31 });
// ^ line
for (let n = 1 << 20; ; n *= 2) { buffer.resize(n); new Uint8Array(buffer).fill(1); }

// ---- a map that grows
// limits: 64 MiB, 60000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
const seen = new Map();
for (let i = 0; ; i++) seen.set(`key ${i}`, [i]);
// ^ line

// ---- properties without end
// limits: 64 MiB, 60000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
const o = {};
for (let i = 0; ; i++) o[`key ${i}`] = i;
// ^ line

// ---- closures that keep each other
// limits: 64 MiB, 60000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
let keep = () => 0;
for (;;) { const last = keep; keep = () => [last, new Array(100).fill(last)]; }
// ^ line

// ---- promises that pile up
// limits: 64 MiB, 60000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
const all = [];
for (;;) all.push(new Promise(() => {}).then(() => all));
// ^ line

// ---- errors are no way round
// limits: 64 MiB, 6000 ms slice
// expect error: 64 MiB
export const meta = { name: "hostile", description: "Means harm" };
const all = [];
for (;;) {
  try { all.push("x".repeat(10_000_000) + all.length); } catch { all.push(all.slice()); }
}
