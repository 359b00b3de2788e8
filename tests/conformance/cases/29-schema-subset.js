// 29 schema: every keyword the field uses is checked
// model: "good *" -> {"s": "abc", "n": 2, "i": 3, "b": true, "e": "low", "a": ["x"], "o": {"k": null}, "c": 7}
// model: "s type" -> {"s": 1}
// model: "s long" -> {"s": "abcdef"}
// model: "s short" -> {"s": ""}
// model: "s pattern" -> {"s": "ABC"}
// model: "n type" -> {"n": "2"}
// model: "n small" -> {"n": -1}
// model: "n big" -> {"n": 11}
// model: "i type" -> {"i": 3.5}
// model: "b type" -> {"b": "true"}
// model: "e other" -> {"e": "medium"}
// model: "a type" -> {"a": "x"}
// model: "a items" -> {"a": [1]}
// model: "a many" -> {"a": ["x", "y", "z"]}
// model: "a few" -> {"a": []}
// model: "o type" -> {"o": []}
// model: "o missing" -> {"o": {}}
// model: "c const" -> {"c": 8}
// model: "extra" -> {"zzz": 1}
// model: "no object" -> [1]
// expect: {"good": 8, "refused": ["a few", "a items", "a many", "a type", "b type", "c const", "e other", "extra",
//    "i type", "n big", "n small", "n type", "no object", "o missing", "o type", "s long", "s pattern", "s short",
//    "s type"]}
export const meta = { name: "x", description: "d" };
const schema = {
  type: "object",
  additionalProperties: false,
  properties: {
    s: { type: "string", minLength: 1, maxLength: 5, pattern: "^[a-z]*$" },
    n: { type: "number", minimum: 0, maximum: 10 },
    i: { type: "integer", description: "whole" },
    b: { type: "boolean" },
    e: { type: "string", enum: ["low", "high"] },
    a: { type: "array", items: { type: "string" }, minItems: 1, maxItems: 2 },
    o: { type: "object", properties: { k: { type: ["string", "null"] } }, required: ["k"] },
    c: { const: 7 },
  },
};
const good = await agent("good one", { schema });
const bad = [
  "s type", "s long", "s short", "s pattern", "n type", "n small", "n big", "i type", "b type", "e other", "a type",
  "a items", "a many", "a few", "o type", "o missing", "c const", "extra", "no object",
];
const refused = [];
for (const prompt of bad) {
  try { await agent(prompt, { schema }); } catch { refused.push(prompt); }
}
return { good: Object.keys(good).length, refused: refused.sort() };
