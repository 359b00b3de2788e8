// The names the runtime gave, changed by the script.

// ---- assigned
// expect: ["re: a", ["re: b"]]
export const meta = { name: "hostile", description: "Means harm" };
try { agent = () => "mine"; } catch {}
try { parallel = () => "mine"; } catch {}
return [await agent("a"), await parallel([() => agent("b")])];

// ---- deleted
// expect: "re: a"
export const meta = { name: "hostile", description: "Means harm" };
try { delete globalThis.agent; } catch {}
try { Reflect.deleteProperty(globalThis, "agent"); } catch {}
return agent("a");

// ---- redefined
// expect: "re: a"
export const meta = { name: "hostile", description: "Means harm" };
try { Object.defineProperty(globalThis, "agent", { get: () => () => "mine" }); } catch {}
try { Object.setPrototypeOf(globalThis, { agent: () => "mine" }); } catch {}
return agent("a");

// ---- shadowed in its own scope, which is its own affair
// expect: ["mine", ["re: b"]]
export const meta = { name: "hostile", description: "Means harm" };
const ask = agent;
{
  const agent = () => "mine";
  return [agent("a"), await parallel([() => ask("b")])];
}

// ---- intrinsics deleted
// expect: ["re: a", "re: b"]
export const meta = { name: "hostile", description: "Means harm" };
for (const name of ["JSON", "Promise", "Array", "Object", "Error", "Map", "Symbol", "String"]) delete globalThis[name];
return parallel([() => agent("a"), () => agent("b")]);

// ---- frozen
// expect: "re: a"
export const meta = { name: "hostile", description: "Means harm" };
Object.freeze(globalThis);
Object.freeze(Object.prototype);
Object.freeze(Array.prototype);
Object.freeze(Promise.prototype);
return agent("a");

// ---- called with another this, as a constructor, by Reflect
// expect: ["re: a", "refused", "re: c"]
export const meta = { name: "hostile", description: "Means harm" };
const made = () => { try { return new agent("b"); } catch { return "refused"; } };
return [await agent.call({ call: 1 }, "a"), await made(), await Reflect.apply(agent, null, ["c"])];
