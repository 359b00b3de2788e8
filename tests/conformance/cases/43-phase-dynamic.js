// 43 phase: a title is known when it is reached, and is a text

// ---- in a loop, without the one that was passed over
// args: {"again": false}
// expect: undefined
// expect phases: ["Round 1", "Round 2", "End"]
export const meta = { name: "x", description: "d", phases: [{ title: "End" }, { title: "Again" }] };
for (const n of [1, 2]) {
  phase(`Round ${n}`);
  await agent(`in ${n}`);
}
if (args.again) {
  phase("Again");
  await agent("again");
}
phase("End");
await agent("last");

// ---- an object as title
// expect error: phase
export const meta = { name: "x", description: "d" };
phase({ title: "A" });
// ^ line

// ---- no title
// expect error: phase
export const meta = { name: "x", description: "d" };
phase("");
// ^ line
