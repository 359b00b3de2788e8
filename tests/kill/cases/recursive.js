// kill: an agent that is a recursive model, which has parts read and calls a workflow
// limits: 2 at once
// model: "*== Turn 1/9 · depth 0/1 · calls 1/1000\nQuestion: sum up\n" -> after 2 ms "```repl\nanswer.content = await llm_query_batched(['part 1', 'part 2', 'part 3'])\n```"
// model: "*== Turn 2/9 · depth 0/1 · calls 5/1000\nQuestion: sum up\n" -> after 2 ms "```repl\nanswer.content.push(await llm_query('once more', { context: ctx }), await workflow('pair', { name: 'w' }))\n```"
// model: "*== Turn 3/9 · depth 0/1 · calls 9/1000\nQuestion: sum up\n" -> after 2 ms "```repl\nsubmit(answer.content)\n```"
// model: "*" -> after 3 ms "ok"
// expect: [["ok", "ok", "ok", "ok", ["ok", "ok"]], "ok"]
export const meta = { name: "recursive", description: "Before, a recursive model" };
const before = await agent("before");
const bounds = { maxTurns: 9, workflows: ["pair"] };
return [JSON.parse(await agent("sum up", { rlm: { context: "text", ...bounds } })), before];
