// Nesting that would break a stack: an error of the script, never the death of the process.

// ---- a function that calls itself
// expect error: 4000
export const meta = { name: "hostile", description: "Means harm" };
const down = (n) => down(n + 1) + 1;
down(0);

// ---- two functions that call each other
// expect error: 4000
export const meta = { name: "hostile", description: "Means harm" };
function even(n) { return odd(n + 1); }
function odd(n) { return even(n + 1); }
even(0);

// ---- an async function that calls itself
// expect error: 4000
export const meta = { name: "hostile", description: "Means harm" };
const down = async (n) => (await down(n + 1)) + 1;
await down(0);

// ---- a getter that reads itself
// expect error: 4000
export const meta = { name: "hostile", description: "Means harm" };
const o = { get self() { return this.self; } };
return o.self;

// ---- a toString that calls itself
// expect: ""
export const meta = { name: "hostile", description: "Means harm" };
const o = { toString() { return `${o}`; } };
return `${o}`;

// ---- a proxy round a proxy round a proxy
// expect: "deep"
export const meta = { name: "hostile", description: "Means harm" };
let p = {};
for (let i = 0; i < 20_000; i++) p = new Proxy(p, {});
return p.x ?? "deep";

// ---- bound functions in bound functions
// limits: 500 ms slice
// expect error: 500 ms or overflowed
export const meta = { name: "hostile", description: "Means harm" };
let f = () => "deep";
for (let i = 0; i < 100_000; i++) f = f.bind(null);
return f();

// ---- JSON nested in JSON
// expect error: recursion limit
export const meta = { name: "hostile", description: "Means harm" };
return JSON.parse("[".repeat(100_000) + "]".repeat(100_000));

// ---- a value nested too deep to be written
// limits: 500 ms slice
// expect error: 500 ms or overflowed
export const meta = { name: "hostile", description: "Means harm" };
let v = [];
for (let i = 0; i < 100_000; i++) v = [v];
return JSON.stringify(v).length;

// ---- a result nested too deep
// expect error: nested too deep
export const meta = { name: "hostile", description: "Means harm" };
let v = {};
for (let i = 0; i < 100_000; i++) v = { v };
return v;

// ---- a schema nested too deep
// expect error: nested too deep
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
let schema = { type: "object" };
for (let i = 0; i < 100_000; i++) schema = { type: "object", properties: { v: schema } };
await agent("a", { schema });

// ---- a list as text, nested too deep
// limits: 2000 ms slice
// expect error: overflowed or 2000 ms
export const meta = { name: "hostile", description: "Means harm" };
let v = [];
for (let i = 0; i < 100_000; i++) v = [v];
return String(v);

// ---- source that is eval'd
// expect error: text cannot be run as code
export const meta = { name: "hostile", description: "Means harm" };
return eval("(".repeat(100_000) + "1" + ")".repeat(100_000));

// ---- source of a function
// expect error: text cannot be run as code
export const meta = { name: "hostile", description: "Means harm" };
return Function("return " + "[".repeat(100_000) + "]".repeat(100_000))();

// ---- a pattern nested too deep
// expect error: too deeply nested
export const meta = { name: "hostile", description: "Means harm" };
return new RegExp("(".repeat(100_000) + "a" + ")".repeat(100_000)).test("a");

// ---- a chain of promises
// expect: 20000
export const meta = { name: "hostile", description: "Means harm" };
let p = Promise.resolve(0);
for (let i = 0; i < 20_000; i++) p = p.then((n) => n + 1);
return p;

// ---- a prototype chain
// expect: "undefined"
export const meta = { name: "hostile", description: "Means harm" };
let o = {};
for (let i = 0; i < 10_000; i++) o = Object.create(o);
return typeof o.nothing;

// ---- causes of causes
// expect error: last
export const meta = { name: "hostile", description: "Means harm" };
let e = new Error("first");
for (let i = 0; i < 50_000; i++) e = new Error("last", { cause: e });
throw e;
