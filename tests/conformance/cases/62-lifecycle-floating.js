// 62 lifecycle: an agent nobody waited for is an error at the end, with the place it was called

// ---- left alone
// expect error: agent
// expect error: await
export const meta = { name: "x", description: "d" };
agent("forgotten");
// ^ line
return "done";

// ---- started early, awaited late
// expect: "re: a"
export const meta = { name: "x", description: "d" };
const early = agent("a");
await agent("b");
return early;

// ---- returned
// expect: "re: a"
export const meta = { name: "x", description: "d" };
return agent("a");
