// 31 parallel: nothing gives nothing, the order stays, what fails is null and told

// ---- nothing
// expect: []
export const meta = { name: "x", description: "d" };
return parallel([]);

// ---- the order of the thunks, not of the answers
// model: "slow" -> after 60 ms "1"
// model: "quick" -> "2"
// expect: ["1", "2", 3, null]
export const meta = { name: "x", description: "d" };
return parallel([() => agent("slow"), () => agent("quick"), () => 3, async () => null]);

// ---- a rejection is null and named
// expect: ["re: a", null, "re: c"]
// expect log: parallel[1]
// expect log: no luck
export const meta = { name: "x", description: "d" };
return parallel([
  () => agent("a"),
  async () => { throw new Error("no luck"); },
  () => agent("c"),
]);

// ---- a throw is the same
// expect: ["re: a", null]
// expect log: parallel[1]
export const meta = { name: "x", description: "d" };
return parallel([() => agent("a"), () => { throw new Error("at once"); }]);

// ---- a throw ends the run where the dialect says so
// flags: parallelSyncThrow=fatal
// expect error: at once
export const meta = { name: "x", description: "d" };
return parallel([() => agent("a"), () => { throw new Error("at once"); }]);
