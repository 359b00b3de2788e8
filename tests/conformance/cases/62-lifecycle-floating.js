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

// ---- the loser of a race: paid for and told, and no reason to lose the result
// model: "slow" -> after 50 ms "late"
// expect: "re: quick"
// expect calls: 2
// expect log: returned without waiting for this agent
export const meta = { name: "x", description: "d" };
return Promise.race([agent("quick"), agent("slow")]);

// ---- the loser of a race, awaited after all
// model: "slow" -> after 50 ms "late"
// expect: ["re: quick", "late"]
export const meta = { name: "x", description: "d" };
const slow = agent("slow");
const first = await Promise.any([agent("quick"), slow]);
return [first, await slow];
