// 23 agent: a prompt that is no text becomes one, and null options are none
// expect: ["re: 7", "re: true", "re: a"]
// expect prompts: ["7", "true", "a"]
export const meta = { name: "x", description: "d" };
return [await agent(7), await agent(true), await agent("a", null)];
