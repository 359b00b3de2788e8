// kill: saved workflows side by side, and an agent that fails and one whose answer is repaired
// limits: 2 at once
// model: "count *" -> after 2 ms {"n": 2}
// model: "broken" -> after 2 ms fail "overloaded"
// model: "*" -> after 3 ms "ok"
// expect: {"children": [["ok", "ok"], ["ok", "ok"]], "n": 2, "broken": null}
export const meta = { name: "nested", description: "Two children, then two more agents" };
const children = await parallel(["x", "y"].map((name) => () => workflow("pair", { name })));
const schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
const { n } = await agent(`count ${children.length}`, { schema });
return { children, n, broken: await agent("broken") };
