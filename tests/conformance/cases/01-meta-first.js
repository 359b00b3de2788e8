// 01 meta: nothing but comments may come before it

// ---- a constant before meta
// expect error: meta
// expect calls: 0
const LIMIT = 3;
export const meta = { name: "late", description: "Meta is not first" };
return agent("never asked");

// ---- a directive before meta
// expect error: meta
"use strict";
export const meta = { name: "late", description: "Meta is not first" };
return 1;

// ---- no meta at all
// expect error: meta
return agent("never asked");

// ---- an empty script
// expect error: meta

// ---- comments before meta are fine
// expect: "ran"
/* a licence, say */
export const meta = { name: "commented", description: "Comments come first" };
return "ran";
