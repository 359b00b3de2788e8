// One call that works for hours inside the engine: no line of the script ends in between.

// ---- an iterator without end, spread
// limits: 300 ms slice, 128 MiB
// expect error: 300 ms or 128 MiB
export const meta = { name: "hostile", description: "Means harm" };
const numbers = { *[Symbol.iterator]() { for (let i = 0; ; i++) yield i; } };
return [...numbers].length;

// ---- an array made to length
// limits: 300 ms slice, 128 MiB
// expect error: invalid array length
export const meta = { name: "hostile", description: "Means harm" };
return Array.from({ length: 2 ** 40 }, () => 0).length;

// ---- a search through an array that is only long
// limits: 300 ms slice, 128 MiB
// expect error: 300 ms or 128 MiB
export const meta = { name: "hostile", description: "Means harm" };
return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1);

// ---- a list that is flattened into itself
// limits: 300 ms slice, 128 MiB
// expect error: 300 ms or 128 MiB or overflowed
export const meta = { name: "hostile", description: "Means harm" };
const list = [];
list.push(list, list);
return list.flat(Infinity);

// ---- a number with a billion digits
// limits: 300 ms slice, 128 MiB
// expect error: 300 ms or 128 MiB
export const meta = { name: "hostile", description: "Means harm" };
return String(7n ** (2n ** 26n)).length;

// ---- a join of nothing, four billion times
// limits: 300 ms slice, 128 MiB
// expect error: 300 ms or 128 MiB
export const meta = { name: "hostile", description: "Means harm" };
return Array(2 ** 32 - 1).join("x").length;
