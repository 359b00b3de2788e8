// 05 meta: the fields have types

// ---- no name
// expect error: name
export const meta = { description: "d" };

// ---- an empty name
// expect error: name
export const meta = { name: "", description: "d" };

// ---- no description
// expect error: description
export const meta = { name: "x" };

// ---- a name that is a number
// expect error: name
export const meta = { name: 1, description: "d" };

// ---- phases that are no array
// expect error: phases
export const meta = { name: "x", description: "d", phases: { title: "A" } };

// ---- a phase without title
// expect error: title
export const meta = { name: "x", description: "d", phases: [{ detail: "first" }] };

// ---- plain strings as phases are let through, as the official loader does
// expect: "ran"
export const meta = { name: "x", description: "d", phases: ["Scan"] };
return "ran";

// ---- unknown fields are let through
// expect: "ran"
export const meta = { name: "x", description: "d", version: 2, argsSchema: { type: "object" } };
return "ran";
