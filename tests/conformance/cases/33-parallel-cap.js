// 33 parallel: 4096 items go, 4097 are an error and none of them starts

// ---- as many as may be
// expect: 4096
export const meta = { name: "x", description: "d" };
return (await parallel(Array.from({ length: 4096 }, (_, i) => () => i))).length;

// ---- one more
// expect error: 4096
// expect calls: 0
export const meta = { name: "x", description: "d" };
await parallel(Array.from({ length: 4097 }, () => () => agent("never asked")));
// ^ line

// ---- in a pipeline
// expect error: 4096
// expect calls: 0
export const meta = { name: "x", description: "d" };
await pipeline(Array.from({ length: 4097 }, (_, i) => i), (i) => agent(`never asked ${i}`));
// ^ line

// ---- it can be caught
// expect: "caught"
export const meta = { name: "x", description: "d" };
try { await parallel(Array(5000).fill(() => 1)); } catch { return "caught"; }

// ---- the number is a flag
// flags: itemCap=2
// expect error: 2
export const meta = { name: "x", description: "d" };
await parallel([() => 1, () => 2, () => 3]);
// ^ line
