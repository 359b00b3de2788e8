// 44 phase: an agent is in the phase it names, else in the one that was called last

// ---- named wins over called
// expect: undefined
// expect phases: ["Scan", "Fix", "Scan"]
export const meta = { name: "x", description: "d", phases: [{ title: "Scan" }] };
phase("Scan");
await agent("a");
await agent("b", { phase: "Fix" });
await agent("c");

// ---- a phase that was not declared gets its own group
// expect: undefined
// expect phases: ["Elsewhere"]
export const meta = { name: "x", description: "d", phases: [{ title: "Scan" }] };
await agent("a", { phase: "Elsewhere" });

// ---- a named phase moves the one that was called, where the dialect says so
// flags: optsPhaseScope=ambient
// expect: undefined
// expect phases: ["Scan", "Fix", "Fix"]
export const meta = { name: "x", description: "d", phases: [{ title: "Scan" }] };
phase("Scan");
await agent("a");
await agent("b", { phase: "Fix" });
await agent("c");

// ---- phase and log give nothing
// expect: ["undefined", "undefined"]
// expect log: seven of 9
export const meta = { name: "x", description: "d" };
return [typeof phase("A"), typeof log("seven of 9")];
