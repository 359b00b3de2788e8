// 16 determinism: a nested workflow has no clock either
// expect: "threw"
export const meta = { name: "x", description: "d" };
return workflow("clock");
