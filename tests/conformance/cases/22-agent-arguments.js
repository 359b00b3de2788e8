// 22 agent: a prompt has words, options are an object

// ---- an empty prompt
// expect error: prompt
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent("");
// ^ line

// ---- no prompt
// expect error: prompt
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent();
// ^ line

// ---- a text as options
// expect error: options
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent("a", "haiku");
// ^ line

// ---- the error can be caught and the run goes on
// expect: ["caught", "re: b"]
export const meta = { name: "x", description: "d" };
let first;
try { first = await agent(""); } catch { first = "caught"; }
return [first, await agent("b")];
