// 42 pipeline: a stage may fan out itself
// expect: [["re: a0", "re: a1"], ["re: b0", "re: b1"]]
export const meta = { name: "x", description: "d" };
return pipeline(["a", "b"], (item) => parallel([0, 1].map((i) => () => agent(`${item}${i}`))));
