// 46 args: a schema for them in meta is another dialect's; this one passes it over
// args: {"n": "three"}
// expect: "three"
export const meta = {
  name: "x",
  description: "d",
  argsSchema: { type: "object", properties: { n: { type: "integer" } } },
};
return args.n;
