// 28 schema: a refused call takes no agent from the run, repairs are not agents

// ---- refused calls are free
// limits: 1 agents
// expect: ["refused", "refused", "re: a"]
// expect calls: 1
export const meta = { name: "x", description: "d" };
const refused = async (opts) => { try { return await agent("a", opts); } catch { return "refused"; } };
return [await refused({ schema: { type: "array" } }), await refused({ effort: "extreme" }), await agent("a")];

// ---- three attempts are one agent
// limits: 1 agents
// model: "count" -> {} then {} then {"n": 3}
// expect: 3
// expect calls: 3
export const meta = { name: "x", description: "d" };
const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
return (await agent("count", { schema })).n;
