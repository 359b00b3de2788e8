// 04 meta: it is one exported constant of that name

// ---- let
// expect error: const
export let meta = { name: "x", description: "d" };

// ---- another name
// expect error: meta
export const about = { name: "x", description: "d" };

// ---- two declarations
// expect error: meta
export const meta = { name: "x", description: "d" }, more = 1;

// ---- not exported
// expect error: export
const meta = { name: "x", description: "d" };

// ---- not an object
// expect error: meta
export const meta = "x";

// ---- an array
// expect error: meta
export const meta = ["x", "d"];
