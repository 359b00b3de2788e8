// 32 parallel: every thunk is called at once, and nothing after it runs before all are done
// model: "a" -> after 50 ms "A"
// model: "b" -> "B"
// limits: 1 at once
// expect: {"called": ["a", "b", "called"], "answers": ["A", "B"]}
// expect prompts: ["a", "b", "after"]
export const meta = { name: "x", description: "d" };
const called = [];
const running = parallel(["a", "b"].map((name) => () => { called.push(name); return agent(name); }));
called.push("called");
const answers = await running;
await agent("after");
return { called, answers };
