// 17 sandbox: jumps leave what they leave, and go where they go

// ---- in a loop
// expect: {"turns": 1, "inner": 1, "after": 1}
export const meta = { name: "x", description: "d" };
const seen = { turns: 0, inner: 0, after: 0 };
for (const item of ["only"]) {
  seen.turns++;
  if (seen.turns > 3) break;
  outer: for (const x of [1, 2]) {
    for (const y in { a: 1, b: 2 }) {
      seen.inner++;
      if (y === "a") break outer;
    }
  }
  seen.after++;
}
return seen;

// ---- what they hold is closed
// expect: {"closed": 3}
export const meta = { name: "x", description: "d" };
let closed = 0;
const endless = () => ({
  [Symbol.iterator]() {
    return this;
  },
  next: () => ({ done: false, value: 1 }),
  return() {
    closed++;
    return {};
  },
});
out: for (const a of endless()) for (const b of endless()) for (const c of endless()) break out
return { closed };

// ---- with continue, finally, await and a block
// expect: ["a1", "finally", "b1", "finally", "end", "one", "end"]
export const meta = { name: "x", description: "d" };
const seen = [];
for (const item of [[["a1", "a2"], ["b1", "b2"], ["c1"]], [["one"]]]) {
  rows: for (const row of item) {
    for (const cell of row) {
      try {
        await null;
        seen.push(cell);
        if (cell === "a1") continue rows;
        if (cell === "b1") break rows;
      } finally {
        if (cell !== "one") seen.push("finally");
      }
    }
  }
  done: {
    for (const x of item) {
      if (x) break done;
    }
    seen.push("never");
  }
  seen.push("end");
}
return seen;

// ---- a place after it on its line
// expect error: place
// expect calls: 0
export const meta = { name: "x", description: "d" };
o: for (const x of [1]) for (const y of [1]) { if (y) break o; } place();
//                                                               ^ here

// ---- what a catch throws does not go on where finally leaves another way
// expect: ["returned", "went on", "thrown on"]
export const meta = { name: "x", description: "d" };
const seen = [];
const returns = async () => {
  try {
    throw 1;
  } catch (e) {
    throw 2;
  } finally {
    return "returned";
  }
};
seen.push(await returns());
for (const turn of [1, 2]) {
  try {
    await null;
    throw 1;
  } catch (e) {
    throw 2;
  } finally {
    if (turn === 1) continue;
    seen.push("went on");
    break;
  }
}
const throws = async () => {
  try {
    throw 1;
  } catch (e) {
    throw "thrown on";
  } finally {
    await null;
  }
};
seen.push(await throws().catch((e) => e));
return seen;
