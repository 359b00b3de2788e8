// 38 pipeline: a stage gets what the stage before gave, the item, and its index
// expect: [["a", "a", 0, "a0", "a", 0], ["b", "b", 1, "b1", "b", 1]]
export const meta = { name: "x", description: "d" };
return pipeline(
  ["a", "b"],
  (prev, item, index) => ({ seen: [prev, item, index], next: `${prev}${index}` }),
  (prev, item, index) => [...prev.seen, prev.next, item, index],
);
