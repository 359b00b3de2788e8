// Patterns that would try every way there is.

// ---- nested repetition
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return /(a+)+$/.test("a".repeat(40) + "!");

// ---- in a split
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return ("x".repeat(40) + "!").split(/(x+x+)+y/);

// ---- in a replace, with alternatives
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return ("ab".repeat(30) + "!").replace(/^(a|b|ab)*c/, "");

// ---- backwards, with a reference
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
return /^(?:(.+)\1?)+$/.test("z".repeat(40) + "\n");

// ---- made at run time and tried in a catch
// limits: 300 ms slice
// expect error: 300 ms
export const meta = { name: "hostile", description: "Means harm" };
const pattern = new RegExp(["(", "a", "*", ")", "*", "b"].join(""));
for (;;) { try { pattern.test("a".repeat(50)); } catch {} }
