// 52 nested: a saved workflow by name or path, one level deep, its errors catchable

// ---- by name
// expect: ["re: child 1", "re: child 2"]
export const meta = { name: "x", description: "d" };
return workflow("two-agents");

// ---- by path
// expect: {"got": [1, 2]}
export const meta = { name: "x", description: "d" };
return workflow({ scriptPath: ".claude/workflows/echo.js" }, [1, 2]);

// ---- one level
// expect error: level
export const meta = { name: "x", description: "d" };
return workflow("calls-another");

// ---- a name nobody has
// expect: "caught"
export const meta = { name: "x", description: "d" };
try { return await workflow("two-agnets"); } catch (e) { return "caught"; }

// ---- the unknown name is told
// expect error: two-agnets
export const meta = { name: "x", description: "d" };
await workflow("two-agnets");
// ^ line

// ---- a path that is not there
// expect error: nowhere.js
export const meta = { name: "x", description: "d" };
await workflow({ scriptPath: "nowhere.js" });

// ---- a child that does not parse
// expect error: broken
export const meta = { name: "x", description: "d" };
await workflow("broken");

// ---- a child that throws
// expect: "caught: child says no"
export const meta = { name: "x", description: "d" };
try { await workflow("throws"); } catch (e) { return `caught: ${e.message}`; }

// ---- children side by side
// expect: [["re: child 1", "re: child 2"], {"got": 7}, null]
export const meta = { name: "x", description: "d" };
return parallel([() => workflow("two-agents"), () => workflow("echo", 7), () => workflow("throws")]);
