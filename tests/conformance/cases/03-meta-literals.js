// 03 meta: templates without holes, signed numbers, null and booleans are literals
// expect: "ran"
export const meta = {
  name: `plain`,
  description: `two
lines`,
  whenToUse: "now",
  phases: [{ title: "A", detail: "first" }],
  "x-low": -1,
  "x-high": +2.5,
  "x-none": null,
  "x-yes": true,
};
return "ran";
