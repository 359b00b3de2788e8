// kill: sixty agents at once, four at a time, with answers of several sizes
// limits: 4 at once
// model: "* 7" -> after 9 ms "slow seven"
// model: "*" -> after 3 ms "done"
// expect: {"done": 59, "slow": 1, "judged": "done"}
export const meta = { name: "fan-out", description: "Sixty agents, then one", phases: [{ title: "Scan" }, { title: "Judge" }] };
phase("Scan");
const found = await parallel(Array.from({ length: 60 }, (_, i) => () => agent(`look at ${i === 7 ? "no 7" : i}`)));
phase("Judge");
const judged = await agent(`judge ${found.length}`);
return { done: found.filter((f) => f === "done").length, slow: found.filter((f) => f === "slow seven").length, judged };
