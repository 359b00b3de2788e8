// Prototypes and built-ins bent before the primitives are used: they do not look at them.

// ---- Object.prototype
// expect: ["re: a", ["re: b"], ["re: c"]]
export const meta = { name: "hostile", description: "Means harm" };
Object.prototype.toJSON = () => "polluted";
Object.prototype.then = undefined;
Object.prototype.schema = { type: "array" };
Object.prototype.label = 7;
Object.prototype.model = "polluted";
Object.prototype.id = 99;
Object.prototype.length = 3;
const answers = [await agent("a", {}), await parallel([() => agent("b")]), await pipeline(["c"], (x) => agent(x))];
delete Object.prototype.toJSON;
delete Object.prototype.length;
return answers;

// ---- setters on Object.prototype
// expect: ["re: a", []]
export const meta = { name: "hostile", description: "Means harm" };
const seen = [];
for (const name of ["id", "prompt", "options", "result", "call", "outcome", "say", "0", "1"]) {
  Object.defineProperty(Object.prototype, name, { configurable: true, get() { seen.push(name); }, set(v) { seen.push(v); } });
}
const answer = await agent("a");
for (const name of ["id", "prompt", "options", "result", "call", "outcome", "say", "0", "1"]) delete Object.prototype[name];
return [answer, seen];

// ---- Array.prototype
// expect: {"answers": "re: a,re: b"}
export const meta = { name: "hostile", description: "Means harm" };
const join = Array.prototype.join;
Array.prototype.map = () => ["mapped"];
Array.prototype.push = () => { throw new Error("pushed"); };
Array.prototype.forEach = Array.prototype.map;
Array.prototype[Symbol.iterator] = function* () { yield "stolen"; };
const answers = await parallel([() => agent("a"), () => agent("b")]);
return { answers: join.call(answers, ",") };

// ---- an array with an iterator of its own
// expect: 2
export const meta = { name: "hostile", description: "Means harm" };
const thunks = [() => agent("a"), () => agent("b")];
thunks[Symbol.iterator] = function* () { for (;;) yield () => agent("more"); };
thunks.map = () => [];
return (await parallel(thunks)).length;

// ---- Promise.prototype.then
// expect: ["re: a", ["re: b", null]]
export const meta = { name: "hostile", description: "Means harm" };
const then = Promise.prototype.then;
let watched = 0;
Promise.prototype.then = function (...f) { watched += 1; return Reflect.apply(then, this, f); };
Promise.resolve = () => "resolved";
Promise.all = () => "all";
Object.defineProperty(Promise, Symbol.species, { get() { throw new Error("species"); } });
return [await agent("a"), await parallel([() => agent("b"), async () => { throw 1; }])];

// ---- a global Promise of one's own
// expect: ["re: a"]
export const meta = { name: "hostile", description: "Means harm" };
globalThis.Promise = class { then() { throw new Error("mine"); } };
return parallel([() => agent("a")]);

// ---- Function.prototype
// expect: ["re: a", ["re: b"]]
export const meta = { name: "hostile", description: "Means harm" };
Function.prototype.call = () => "called";
Function.prototype.apply = () => "applied";
Function.prototype.bind = () => () => "bound";
return [await agent("a"), await parallel([() => agent("b")])];

// ---- JSON
// expect: {"n": 1}
export const meta = { name: "hostile", description: "Means harm" };
JSON.stringify = () => "{\"forged\": true}";
JSON.parse = () => ({ forged: true });
await agent("a", { label: "l" });
return { n: 1 };

// ---- String.prototype
// expect: "re: a"
// expect prompts: ["a"]
export const meta = { name: "hostile", description: "Means harm" };
String.prototype.toString = () => "forged";
String.prototype.trim = () => "";
String.prototype[Symbol.toPrimitive] = () => "forged";
return agent("a");

// ---- Error
// limits: 300 ms slice
// expect error: honest or 300 ms
export const meta = { name: "hostile", description: "Means harm" };
Error.prototype.toString = () => "forged";
Object.defineProperty(Error.prototype, "message", { get() { return "forged"; } });
Object.defineProperty(Error.prototype, "name", { get() { for (;;); } });
throw new Error("honest");

// ---- what one run bends is straight in the next
// expect: "function"
export const meta = { name: "hostile", description: "Means harm" };
return typeof Array.prototype.map;
