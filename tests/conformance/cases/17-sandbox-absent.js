// 17 sandbox: nothing of the machine is there

// ---- by type
// expect: []
export const meta = { name: "x", description: "d" };
const names = [
  "require", "process", "module", "exports", "__dirname", "__filename", "global", "fetch", "Buffer", "fs", "crypto",
  "console", "structuredClone", "TextEncoder", "TextDecoder", "URL", "setTimeout", "setInterval", "setImmediate",
  "queueMicrotask", "performance", "WebAssembly", "Worker", "Deno", "Bun", "navigator", "print", "load", "read",
];
return names.filter((name) => name in globalThis || typeof globalThis[name] !== "undefined");

// ---- by use
// expect error: require
export const meta = { name: "x", description: "d" };
const fs = require("fs");
// ^ line
