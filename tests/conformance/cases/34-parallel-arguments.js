// 34 parallel: an array of functions, and it says so when it gets something else

// ---- promises
// expect error: () =>
// model: "a" -> "A"
export const meta = { name: "x", description: "d" };
await parallel([agent("a")]);
// ^ line

// ---- a number among the functions
// expect error: function
// expect error: 1
// expect calls: 0
export const meta = { name: "x", description: "d" };
await parallel([() => agent("never asked"), 7]);
// ^ line

// ---- functions side by side
// expect error: array
// expect calls: 0
export const meta = { name: "x", description: "d" };
await parallel(() => agent("never asked"), () => agent("nor this"));
// ^ line

// ---- nothing
// expect error: array
export const meta = { name: "x", description: "d" };
await parallel();
// ^ line

// ---- in a pipeline: no array
// expect error: array
export const meta = { name: "x", description: "d" };
await pipeline("items", (x) => x);
// ^ line

// ---- in a pipeline: a stage that is no function
// expect error: function
export const meta = { name: "x", description: "d" };
await pipeline([1], (x) => x, "stage");
// ^ line
