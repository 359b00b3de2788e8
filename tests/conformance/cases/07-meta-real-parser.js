// 07 meta: what looks like it in comments, strings and patterns is not it

// ---- an apostrophe and a brace in a comment inside meta
// expect: "ran"
export const meta = {
  // it's odd: }
  name: "x",
  description: "d", /* { */
};
return "ran";

// ---- a pattern as a value
// expect error: meta
export const meta = { name: "x", description: "d", whenToUse: /[}]/ };

// ---- the words inside a string
// expect: "export const meta = {}"
export const meta = { name: "x", description: "export const meta = { name: 'y' }" };
return "export const meta = {}";
