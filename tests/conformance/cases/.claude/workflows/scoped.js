export const meta = { name: "scoped", description: "Has globals, a phase and args of its own" };
globalThis.leaked = "from the child";
phase("Child");
await agent("in the child");
return [typeof args, globalThis.fromParent ?? "clean"];
