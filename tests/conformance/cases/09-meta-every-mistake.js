// 09 meta: one error names every mistake
// expect error: description
// expect error: phases
// expect error: name
export const meta = { name: 5, phases: "Scan" };
