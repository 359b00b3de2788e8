// 24 agent: text without a schema, the object with one, null when the provider gives up

// ---- text
// model: "name a bug" -> "off by one"
// expect: ["string", "off by one"]
export const meta = { name: "x", description: "d" };
const bug = await agent("name a bug");
return [typeof bug, bug];

// ---- an object
// model: "count" -> {"n": 3, "names": ["a", "b"]}
// expect: [3, "b", true]
export const meta = { name: "x", description: "d" };
const schema = {
  type: "object",
  properties: { n: { type: "integer" }, names: { type: "array", items: { type: "string" } } },
  required: ["n", "names"],
};
const r = await agent("count", { schema });
return [r.n, r.names[1], r instanceof Object && Array.isArray(r.names)];

// ---- a provider that fails for good
// model: "ask" -> fail "overloaded"
// expect: [null, "re: next"]
export const meta = { name: "x", description: "d" };
return [await agent("ask"), await agent("next")];

// ---- text that looks like JSON stays text
// model: "raw" -> "{\"n\": 1}"
// expect: "{\"n\": 1}"
export const meta = { name: "x", description: "d" };
return agent("raw");
