// Odd values handed to the primitives: each is read once, checked, or refused; none runs twice or crosses alive.

// ---- options by getters
// expect: ["re: a", {"label": 1, "phase": 1}]
// expect phases: ["P"]
export const meta = { name: "hostile", description: "Means harm" };
const reads = {};
const options = {};
for (const [name, value] of [["label", "l"], ["phase", "P"]]) {
  Object.defineProperty(options, name, { enumerable: true, get() { reads[name] = (reads[name] ?? 0) + 1; return value; } });
}
return [await agent("a", options), reads];

// ---- options by a proxy
// expect: "re: a"
export const meta = { name: "hostile", description: "Means harm" };
return agent("a", new Proxy({ label: "l" }, { get: (t, k) => t[k] }));

// ---- options that throw
// expect error: from the getter
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
await agent("a", { get model() { throw new Error("from the getter"); } });
// ^ line

// ---- options that ask an agent while they are read
// expect: ["re: outer", "re: inner"]
export const meta = { name: "hostile", description: "Means harm" };
let inner;
const outer = await agent("outer", { get label() { inner ??= agent("inner"); return "l"; } });
return [outer, await inner];

// ---- a revoked proxy
// expect error: Proxy
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
await agent("a", proxy);
// ^ line

// ---- a thenable as prompt
// expect: "never resolved"
export const meta = { name: "hostile", description: "Means harm" };
let state = "never resolved";
try { await agent({ then() { state = "resolved"; } }); } catch {}
return state;

// ---- a symbol as prompt
// expect error: ymbol
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
await agent(Symbol("s"));
// ^ line

// ---- a ring as options
// expect error: schema
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
const schema = { type: "object", properties: {} };
schema.properties.self = schema;
await agent("a", { schema });
// ^ line

// ---- a schema with a big integer
// expect error: schema
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
await agent("a", { schema: { type: "object", properties: { n: { type: "integer", minimum: 1n } } } });
// ^ line

// ---- a schema with functions
// expect error: schema
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
await agent("a", { schema: { type: "object", properties: { n: () => ({ type: "integer" }) } } });
// ^ line

// ---- a thenable as result: it is awaited, as any async function does
// expect: "inside"
export const meta = { name: "hostile", description: "Means harm" };
return { then(resolve) { resolve("inside"); } };

// ---- a proxy as result
// expect: {"a": 1}
export const meta = { name: "hostile", description: "Means harm" };
return new Proxy({ a: 1 }, {});

// ---- lone surrogates and nulls in a prompt
// expect: true
export const meta = { name: "hostile", description: "Means harm" };
const answer = await agent("a\ud800b\u0000c");
return typeof answer === "string" && answer.startsWith("re: a");

// ---- an array with holes for parallel
// expect error: function
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
const thunks = [() => agent("never asked")];
thunks[2] = () => 1;
await parallel(thunks);
// ^ line

// ---- an array that changes while it is read
// expect: 2
export const meta = { name: "hostile", description: "Means harm" };
const thunks = [() => { thunks.push(() => agent("late")); return agent("a"); }, () => agent("b")];
return (await parallel(thunks)).length;

// ---- a proxy as array
// expect error: array or 4096
// limits: 300 ms slice
// expect calls: 0
export const meta = { name: "hostile", description: "Means harm" };
const endless = new Proxy([], { get: (t, k) => (k === "length" ? 2 ** 32 - 1 : t[k]) });
await parallel(endless);

// ---- a resolve kept for later
// expect: ["re: a", "re: b"]
export const meta = { name: "hostile", description: "Means harm" };
const a = agent("a");
a.then = () => { throw new Error("mine"); };
return [await a, await agent("b")];

// ---- an answer that is changed stays with the one who changed it
// model: "list" -> {"items": [1]}
// expect: [2, 1]
export const meta = { name: "hostile", description: "Means harm" };
const schema = { type: "object", properties: { items: { type: "array" } } };
const one = await agent("list", { schema });
one.items.push(2);
const two = await agent("list", { schema });
return [one.items.length, two.items.length];
