// What of the primitives is easier to say in the script's own language, and what replaces clock and chance.
// It runs once in every realm, before any script, and keeps no name a script could reach.
(function (host) {
  "use strict";
  const { enter, drop, fail, raced, itemCap, syncThrowIsFatal, nullSkips, noDates, noDateParse } = host;
  const { isArray } = Array;
  const { apply, construct } = Reflect;
  const { defineProperty, freeze } = Object;
  const RealPromise = Promise;

  function items(value, name, what) {
    if (!isArray(value)) throw new TypeError(`${name}() takes an array${what}; got ${kind(value)}`);
    if (value.length > itemCap) {
      throw new RangeError(`${name}() takes at most ${itemCap} items, got ${value.length}; hand them over in parts`);
    }
    return value;
  }

  function kind(value) {
    if (value === null) return "null";
    if (value instanceof Promise) return "a promise: wrap the call, `() => agent(…)`";
    return typeof value === "object" ? "an object" : `${typeof value}`;
  }

  // A failed async function would lose the caller's place after its first await; so arguments are checked before it.
  const parallel = {
    parallel(thunks) {
      const list = items(thunks, "parallel", " of functions");
      const count = list.length;
      const slots = [];
      for (let i = 0; i < count; i++) {
        if (typeof list[i] !== "function") {
          throw new TypeError(`parallel() takes functions, but item ${i} is ${kind(list[i])}`);
        }
        slots[i] = list[i];
      }
      return all(slots);
    },
  }.parallel;

  function all(slots) {
    return new RealPromise((done) => {
      const count = slots.length;
      const results = [];
      for (let i = 0; i < count; i++) results[i] = null;
      let open = count;
      const settle = (index, value) => {
        results[index] = value;
        open -= 1;
        if (open === 0) done(results);
      };
      for (let i = 0; i < count; i++) slot(slots[i], i, settle);
      if (count === 0) done(results);
    });
  }

  // Awaits, which calls nothing a script could have put in the place of `then`. Of all slots, so that nobody has to await each of them again.
  async function slot(thunk, index, settle) {
    let value = null;
    try {
      value = enter("parallel", index, undefined, thunk);
    } catch (error) {
      if (syncThrowIsFatal) fail(error);
      drop("parallel", index, undefined, error);
      return settle(index, null);
    }
    try {
      value = await value;
    } catch (error) {
      drop("parallel", index, undefined, error);
      value = null;
    }
    settle(index, value);
  }

  const pipeline = {
    pipeline(list, ...stages) {
      list = items(list, "pipeline", " of items first");
      for (let s = 0; s < stages.length; s++) {
        if (typeof stages[s] !== "function") {
          throw new TypeError(`pipeline() takes functions as stages, but stage ${s} is ${kind(stages[s])}`);
        }
      }
      return each(list, stages);
    },
  }.pipeline;

  async function each(list, stages) {
    const count = list.length;
    const flows = [];
    for (let i = 0; i < count; i++) flows[i] = flow(list[i], i, stages);
    const results = [];
    for (let i = 0; i < count; i++) results[i] = await flows[i];
    return results;
  }

  async function flow(item, index, stages) {
    let value = item;
    for (let s = 0; s < stages.length; s++) {
      try {
        value = await enter("pipeline", index, s, stages[s], value, item, index);
      } catch (error) {
        drop("pipeline", index, s, error);
        return null;
      }
      if (value === null && nullSkips) return null;
    }
    return value;
  }

  // A function is no data, so it is handed over by itself.
  const rlm = {
    rlm(options) {
      if (typeof options !== "object" || options === null || !("validate" in options)) return host.rlm(options);
      const { validate, ...rest } = options;
      return host.rlm(rest, validate);
    },
  }.rlm;

  const noClock = "a run must be able to repeat; pass times in through args";
  const RealDate = Date;
  function FixedDate(...given) {
    if (new.target === undefined) throw new TypeError(`Date() is not available in a workflow script: ${noClock}`);
    if (given.length === 0) throw new TypeError(`new Date() is not available in a workflow script: ${noClock}`);
    if (noDates) throw new TypeError("new Date(…) is not available in this dialect: pass dates through args, as text");
    return construct(RealDate, given, new.target);
  }
  defineProperty(FixedDate, "name", { value: "Date" });
  defineProperty(FixedDate, "length", { value: 7 });
  defineProperty(FixedDate, "prototype", { value: RealDate.prototype, writable: false });
  const hidden = (value) => ({ value, writable: true, enumerable: false, configurable: true });
  const now = {
    now() {
      throw new TypeError(`Date.now() is not available in a workflow script: ${noClock}`);
    },
  }.now;
  defineProperty(FixedDate, "now", hidden(now));
  const refusedParse = {
    parse() {
      throw new TypeError("Date.parse() is not available in this dialect: pass dates through args, as numbers");
    },
  }.parse;
  defineProperty(FixedDate, "parse", hidden(noDateParse ? refusedParse : RealDate.parse));
  defineProperty(FixedDate, "UTC", hidden(RealDate.UTC));
  defineProperty(RealDate.prototype, "constructor", hidden(FixedDate));
  defineProperty(globalThis, "Date", hidden(FixedDate));
  const random = {
    random() {
      throw new TypeError(
        "Math.random() is not available in a workflow script: a run must be able to repeat; vary prompts by index",
      );
    },
  }.random;
  defineProperty(Math, "random", hidden(random));
  // Losers of a race go on and are paid for, which a script that races is told of.
  for (const name of ["race", "any"]) {
    const original = Promise[name];
    const racing = {
      [name](candidates) {
        raced();
        return apply(original, this, [candidates]);
      },
    }[name];
    defineProperty(Promise, name, hidden(racing));
  }
  // The language gives this no global name; the engine does.
  delete globalThis.TypedArray;

  const fixed = (name, value) => {
    freeze(value);
    defineProperty(globalThis, name, { value, writable: false, enumerable: false, configurable: false });
  };
  for (const name of ["agent", "phase", "log", "workflow"]) fixed(name, host[name]);
  fixed("rlm", rlm);
  fixed("parallel", parallel);
  fixed("pipeline", pipeline);
  const { total, spent } = host;
  const budget = {
    total,
    spent,
    remaining() {
      const left = total - spent();
      return total === null ? Infinity : left > 0 ? left : 0;
    },
  };
  freeze(spent);
  freeze(budget.remaining);
  fixed("budget", budget);
  defineProperty(globalThis, "args", hidden(host.args));
})
