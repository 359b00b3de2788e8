// 27 schema: one that no answer can meet fails before anything is spent

// ---- a root that is no object
// expect error: object
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent("a", { schema: { type: "array", items: {} } });
// ^ line

// ---- a type that does not exist
// expect error: schema
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent("a", { schema: { type: "obj" } });
// ^ line

// ---- an empty choice
// expect error: enum
// expect calls: 0
export const meta = { name: "x", description: "d" };
const schema = { type: "object", properties: { v: { type: "string", enum: [] } }, required: ["v"] };
await agent("a", { schema });
// ^ line

// ---- a least above the most
// expect error: minimum
// expect calls: 0
export const meta = { name: "x", description: "d" };
const schema = { type: "object", properties: { v: { type: "number", minimum: 5, maximum: 1 } }, required: ["v"] };
await agent("a", { schema });
// ^ line

// ---- more items than allowed
// expect error: minItems
// expect calls: 0
export const meta = { name: "x", description: "d" };
const schema = { type: "object", properties: { v: { type: "array", minItems: 3, maxItems: 2 } }, required: ["v"] };
await agent("a", { schema });
// ^ line

// ---- no schema but a text
// expect error: schema
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent("a", { schema: "object" });
// ^ line
