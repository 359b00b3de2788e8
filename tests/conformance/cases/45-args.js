// 45 args: what was given, untouched

// ---- nothing
// expect: ["undefined", true]
export const meta = { name: "x", description: "d" };
return [typeof args, "args" in globalThis];

// ---- null
// args: null
// expect: null
export const meta = { name: "x", description: "d" };
return args;

// ---- an object
// args: {"files": ["a", "b"], "deep": {"n": 1.5}}
// expect: ["b", 1.5, true]
export const meta = { name: "x", description: "d" };
return [args.files[1], args.deep.n, Array.isArray(args.files)];

// ---- JSON in a text stays a text
// args: "{\"files\": [\"a\"]}"
// expect: ["string", ["a"]]
export const meta = { name: "x", description: "d" };
const input = typeof args === "string" ? JSON.parse(args) : args;
return [typeof args, input.files];

// ---- a plain text
// args: "just look"
// expect: "just look"
export const meta = { name: "x", description: "d" };
return args;

// ---- read without a guard
// expect error: undefined
export const meta = { name: "x", description: "d" };
const files = args.files;
// ^ line
