// kill: what is found decides how many agents refute it; no barrier between
// limits: 3 at once
// model: "review bugs" -> after 4 ms {"found": ["a", "b", "c", "d"]}
// model: "review speed" -> after 2 ms {"found": []}
// model: "review names" -> after 8 ms {"found": ["e", "f"]}
// model: "refute *" -> after 3 ms {"real": true}
// expect: ["a", "b", "c", "d", "e", "f"]
export const meta = { name: "review", description: "Three reviews, each finding refuted" };
const FOUND = { type: "object", properties: { found: { type: "array", items: { type: "string" } } }, required: ["found"] };
const VERDICT = { type: "object", properties: { real: { type: "boolean" } }, required: ["real"] };
const reviewed = await pipeline(
  ["bugs", "speed", "names"],
  (topic) => agent(`review ${topic}`, { schema: FOUND }),
  ({ found }) => parallel(found.map((f) => async () => ((await agent(`refute ${f}`, { schema: VERDICT })).real ? f : null))),
);
return reviewed.flat().filter(Boolean);
