// 15 determinism: a roundabout way throws at run time; words in strings and comments mean nothing

// ---- every way round
// expect: ["threw", "threw", "threw", "threw", "threw", "threw", "threw"]
export const meta = { name: "x", description: "d" };
const tried = (f) => { try { f(); return "slipped through"; } catch { return "threw"; } };
const D = Date, M = Math, now = "n" + "ow";
return [
  tried(() => D[now]()),
  tried(() => new D()),
  tried(() => D()),
  tried(() => Reflect.construct(D, [])),
  tried(() => M["ran" + "dom"]()),
  tried(() => new (new D(0).constructor)()),
  tried(() => { class Clock extends D {} return new Clock(); }),
];

// ---- words
// expect: "Date.now() and Math.random()"
export const meta = { name: "x", description: "Never calls Date.now()" };
// Math.random() is what we do not do.
return "Date.now() and Math.random()";
