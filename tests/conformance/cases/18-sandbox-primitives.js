// 18 sandbox: the primitives cannot be replaced, and no chain of constructors leads out

// ---- replacing them
// expect: ["function", "function", "function", "function", "function", "function", "object", "re: still there"]
export const meta = { name: "x", description: "d" };
for (const name of ["agent", "parallel", "pipeline", "phase", "log", "workflow", "budget"]) {
  try { globalThis[name] = () => "mine"; } catch {}
  try { delete globalThis[name]; } catch {}
  try { Object.defineProperty(globalThis, name, { value: () => "mine" }); } catch {}
}
try { agent.call = () => "mine"; } catch {}
const kinds = [typeof agent, typeof parallel, typeof pipeline, typeof phase, typeof log, typeof workflow, typeof budget];
return [...kinds, await agent("still there")];

// ---- chains of constructors
// expect: ["kept in", "kept in", "kept in", "kept in", "kept in"]
export const meta = { name: "x", description: "d" };
const reach = (from) => {
  try {
    const made = from.constructor.constructor("return typeof process + typeof require + typeof fetch")();
    return made === "undefinedundefinedundefined" ? "kept in" : made;
  } catch {
    return "kept in";
  }
};
const asked = agent("a");
const reached = [reach(agent), reach(budget), reach(asked), reach([]), reach(args ?? {})];
await asked;
return reached;

// ---- the budget is a fact, not a variable
// expect: [null, 0]
// limits: 3 agents
export const meta = { name: "x", description: "d" };
try { budget.total = 9e9; } catch {}
try { budget.spent = () => -1; } catch {}
return [budget.total, budget.spent()];
