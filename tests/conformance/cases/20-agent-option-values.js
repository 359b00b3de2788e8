// 20 agent: a bad value of an option is refused before anything is spent

// ---- an effort that does not exist
// expect error: effort
// expect error: extreme
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent("a", { effort: "extreme" });
// ^ line

// ---- a model that is no text
// expect error: model
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent("a", { model: 4 });
// ^ line

// ---- an isolation that does not exist
// expect error: isolation
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent("a", { isolation: "container" });
// ^ line

// ---- every effort there is, and any text as model
// expect: 6
export const meta = { name: "x", description: "d" };
const efforts = ["low", "medium", "high", "xhigh", "max"];
const answers = await parallel([
  ...efforts.map((effort) => () => agent(`with ${effort}`, { effort })),
  () => agent("by an unknown model", { model: "somebody-else-9" }),
]);
return answers.filter(Boolean).length;
