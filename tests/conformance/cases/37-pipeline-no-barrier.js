// 37 pipeline: an item goes on to its next stage while others are still in the first
// model: "1 slow" -> after 150 ms "slow"
// expect: ["re: 2 slow", "re: 2 re: 1 quick"]
// expect prompts: ["1 slow", "1 quick", "2 re: 1 quick", "2 slow"]
export const meta = { name: "x", description: "d" };
return pipeline(["slow", "quick"], (name) => agent(`1 ${name}`), (r) => agent(`2 ${r}`));
