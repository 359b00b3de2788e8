// 12 syntax: an error at run time is told at its place in the script as it was written

// ---- a throw
// expect error: boom
export const meta = { name: "x", description: "d" };
throw new Error("boom");
//    ^ here

// ---- after an await
// expect error: is not defined
export const meta = { name: "x", description: "d" };
await agent("a");
nowhere();
// ^ line

// ---- in a helper, after a line of many scripts
// expect error: null
export const meta = { name: "x", description: "é🚀日本" };
const titles = (found) => {
  return found.map((f) => f.title.trim());
};
const s = "é🚀日本"; titles([{ title: null }]);
return s;

// ---- a string thrown
// expect error: just words
export const meta = { name: "x", description: "d" };
throw "just words";

// ---- an object thrown
// expect error: code
export const meta = { name: "x", description: "d" };
throw { code: 7 };
