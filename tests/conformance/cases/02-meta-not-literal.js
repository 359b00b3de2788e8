// 02 meta: it is read, never run, so only literals will do

// ---- a variable
// expect error: meta
export const meta = { name: TITLE, description: "d" };
const TITLE = "x";

// ---- a call
// expect error: meta
export const meta = { name: "x", description: String("d") };

// ---- a spread
// expect error: meta
export const meta = { name: "x", description: "d", ...{ whenToUse: "always" } };

// ---- a getter
// expect error: meta
export const meta = { name: "x", get description() { return "d"; } };

// ---- a method
// expect error: meta
export const meta = { name: "x", description: "d", whenToUse() {} };

// ---- a computed key
// expect error: meta
export const meta = { name: "x", ["description"]: "d" };

// ---- a reserved key
// expect error: __proto__
export const meta = { name: "x", description: "d", "__proto__": {} };

// ---- a constructor key
// expect error: constructor
export const meta = { name: "x", description: "d", constructor: 1 };

// ---- a hole in an array
// expect error: meta
export const meta = { name: "x", description: "d", phases: [, { title: "A" }] };

// ---- a template with a hole
// expect error: meta
export const meta = { name: "x", description: `d ${1}` };

// ---- a concatenation
// expect error: meta
export const meta = { name: "x", description: "d" + "e" };

// ---- a function
// expect error: meta
export const meta = { name: "x", description: "d", whenToUse: () => "always" };
