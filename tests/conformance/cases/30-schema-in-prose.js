// 30 schema: an answer in words may carry the object between them
// model: "plain" -> "{\"n\": 1}"
// model: "fenced" -> "Here you are:\n```json\n{\"n\": 2}\n```\nAnything else?"
// model: "in words" -> "I think {\"n\": 3} it is."
// expect: [1, 2, 3]
export const meta = { name: "x", description: "d" };
const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
const found = [];
for (const prompt of ["plain", "fenced", "in words"]) found.push((await agent(prompt, { schema })).n);
return found;
