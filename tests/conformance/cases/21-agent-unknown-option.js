// 21 agent: an unknown option is passed over, as the official tool does; the linter names it
// expect: "re: a"
// expect calls: 1
export const meta = { name: "x", description: "d" };
return agent("a", { labl: "misspelled" });
