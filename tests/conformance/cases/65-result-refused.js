// 65 result: what JSON cannot say is refused with the path to it; undefined only at the root

// ---- a function
// expect error: found[1].check
// expect error: function
export const meta = { name: "x", description: "d" };
return { found: [{ check: 1 }, { check: () => true }] };

// ---- a symbol
// expect error: a.b
export const meta = { name: "x", description: "d" };
return { a: { b: Symbol("s") } };

// ---- a big integer
// expect error: n
// expect error: BigInt
export const meta = { name: "x", description: "d" };
return { n: 10n };

// ---- a ring
// expect error: self
export const meta = { name: "x", description: "d" };
const ring = { name: "ring" };
ring.self = ring;
return ring;

// ---- not a number
// expect error: score
// expect error: NaN
export const meta = { name: "x", description: "d" };
return { score: 0 / 0 };

// ---- endless
// expect error: Infinity
export const meta = { name: "x", description: "d" };
return [1 / 0];

// ---- undefined inside
// expect error: found[0].title
export const meta = { name: "x", description: "d" };
return { found: [{ title: undefined }] };

// ---- a Map
// expect error: Map
export const meta = { name: "x", description: "d" };
return { seen: new Map([["a", 1]]) };

// ---- a date
// expect error: Date
export const meta = { name: "x", description: "d" };
return { at: new Date(0) };

// ---- an error
// expect error: the result at `why` is an Error
export const meta = { name: "x", description: "d" };
return { why: new Error("x") };

// ---- an object of a class
// expect error: Finding
export const meta = { name: "x", description: "d" };
class Finding { constructor() { this.title = "t"; } }
return new Finding();

// ---- a promise inside
// expect error: Promise
export const meta = { name: "x", description: "d" };
const later = Promise.resolve(1);
await later;
return { later };

// ---- plain data of every kind
// expect: {"a": [1, -0.5, "x", true, null, [], {}], "b": {"c": "é🚀"}}
export const meta = { name: "x", description: "d" };
return Object.assign(Object.create(null), { a: [1, -0.5, "x", true, null, [], {}], b: { c: "é🚀" } });

// ---- the same object twice is no ring
// expect: [{"n": 1}, {"n": 1}]
export const meta = { name: "x", description: "d" };
const one = { n: 1 };
return [one, one];

// ---- nothing
// expect: undefined
export const meta = { name: "x", description: "d" };
return undefined;
