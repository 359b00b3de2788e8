// 26 agent: five answers against the schema, then it throws; an unknown agent type throws

// ---- five attempts
// model: "count" -> {"n": "three"}
// expect error: schema
// expect error: 5
// expect calls: 5
export const meta = { name: "x", description: "d" };
const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
await agent("count", { schema });
// ^ line

// ---- repaired in time
// model: "count" -> {"n": "three"} then {} then {"n": 3}
// expect: {"n": 3}
// expect calls: 3
export const meta = { name: "x", description: "d" };
const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
return agent("count", { schema });

// ---- the throw can be caught
// model: "count" -> {"n": "three"}
// expect: "caught"
export const meta = { name: "x", description: "d" };
const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
try { return await agent("count", { schema }); } catch { return "caught"; }

// ---- null instead, where the dialect says so
// flags: schemaExhausted=null
// model: "count" -> {"n": "three"}
// expect: null
// expect calls: 5
export const meta = { name: "x", description: "d" };
const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
return agent("count", { schema });

// ---- an agent type nobody registered
// expect error: reviwer
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent("a", { agentType: "reviwer" });
// ^ line
