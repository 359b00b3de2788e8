// 11 syntax: plain JavaScript only; the place of the mistake is told and nothing runs

// ---- a type annotation
// expect error: TypeScript
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent("never asked");
const n: number = 1;
// ^ line

// ---- an interface
// expect error: TypeScript
export const meta = { name: "x", description: "d" };
interface Finding { title: string }
// ^ line

// ---- an import
// expect error: import
export const meta = { name: "x", description: "d" };
import fs from "fs";
// ^ line

// ---- a dynamic import
// expect error: import
// expect calls: 0
export const meta = { name: "x", description: "d" };
await agent("never asked");
const fs = await import("fs");
// ^ line

// ---- an unfinished call
// expect error: closed
export const meta = { name: "x", description: "d" };
const r = await agent("x";
// ^ line

// ---- nesting no person writes
// expect error: nest
export const meta = { name: "x", description: "d" };
return [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]];
// ^ line
