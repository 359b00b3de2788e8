// 08 meta: neither a comment nor a call passes for it, and reading it burns no time

// ---- a comment with a meta before the real one
// expect: "real"

// export const meta = { name: "fake", description: "not me" };
export const meta = { name: "real", description: "d" };
return meta.name;

// ---- a call of a function named meta
// expect error: meta
meta({ name: "x", description: "d" });

// ---- a value that would never end
// expect error: meta
export const meta = { name: "x", description: (() => { while (true); })() };
