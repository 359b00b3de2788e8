// 64 lifecycle: a script that waits for what nobody will bring is ended at once
// expect error: never
export const meta = { name: "x", description: "d" };
await agent("a");
await new Promise(() => {});
return "unreachable";
