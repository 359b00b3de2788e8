// 53 nested: a child has its own args, globals and phase; the parent's are as before
// args: {"mine": true}
// expect: [["undefined", "clean"], "untouched", true]
// expect prompts: ["before", "in the child", "after"]
// expect phases: ["Parent", "Child", "Parent"]
export const meta = { name: "x", description: "d" };
globalThis.fromParent = "not for children";
phase("Parent");
await agent("before");
const child = await workflow("scoped");
await agent("after");
return [child, globalThis.leaked ?? "untouched", args.mine];
