// 39 pipeline: a null or undefined of a stage is passed on

// ---- as the official tool does
// expect: ["got null", "got undefined", "got x"]
export const meta = { name: "x", description: "d" };
return pipeline([null, undefined, "x"], (v) => v, (v) => `got ${v}`);

// ---- or ends the item, where the dialect says so
// flags: pipelineNullPrev=skip
// expect: [null, "got x"]
export const meta = { name: "x", description: "d" };
return pipeline([null, "x"], (v) => v, (v) => `got ${v}`);

// ---- an agent that gave up gives null
// model: "ask b" -> fail "overloaded"
// expect: ["got re: ask a", "got null"]
export const meta = { name: "x", description: "d" };
return pipeline(["a", "b"], (v) => agent(`ask ${v}`), (v) => `got ${v}`);
