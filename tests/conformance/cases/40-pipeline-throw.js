// 40 pipeline: a stage that throws drops its item only, and its later stages do not run
// expect: [null, "b-done", null]
// expect log: pipeline[0]
// expect log: pipeline[2]
// expect prompts: ["b"]
export const meta = { name: "x", description: "d" };
return pipeline(
  ["a", "b", "c"],
  (item) => { if (item === "a") throw new Error("at once"); return item; },
  async (item) => { if (item === "c") throw new Error("later"); return item; },
  async (item) => { await agent(item); return `${item}-done`; },
);
