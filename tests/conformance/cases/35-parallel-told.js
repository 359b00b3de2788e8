// 35 parallel: what was dropped is told with its slot, and a thunk cannot pretend another's failure
// expect: [null, "re: b", null]
// expect log: parallel[0]
// expect log: parallel[2]
export const meta = { name: "x", description: "d" };
return parallel([
  async () => { throw new Error("parallel[1] failed: no"); },
  () => agent("b"),
  async () => { throw { message: "odd" }; },
]);
