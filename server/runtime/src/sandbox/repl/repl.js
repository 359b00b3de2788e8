// What a cell finds: the names of the REPL. Runs once in the realm of each REPL, before any cell, and keeps no name a
// cell could reach. What it gives back is for the host.
(function (host) {
  "use strict";
  const { defineProperty, freeze, isFrozen, getOwnPropertyNames, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf, keys } =
    Object;
  const { isArray } = Array;
  const { apply, ownKeys } = Reflect;
  const stringify = JSON.stringify;
  const RealPromise = Promise;
  const RealMap = Map;
  const RealSet = Set;
  const RealProxy = Proxy;
  const { floor, max } = Math;
  const { then } = Promise.prototype;
  const hidden = (value) => ({ value, writable: true, enumerable: false, configurable: true });
  const locked = (value) => ({ value, writable: false, enumerable: false, configurable: false });

  // ---- errors

  class UsageError extends Error {}
  class LlmError extends Error {
    constructor(message, kind, attempts) {
      super(message);
      this.kind = kind;
      this.retryable = kind === "provider" || kind === "timeout";
      this.attempts = attempts;
    }
  }
  class BudgetError extends Error {}
  class BatchError extends Error {
    constructor(message, results, errors) {
      super(message);
      this.results = results;
      this.errors = errors;
    }
  }
  const errors = { UsageError, LlmError, BudgetError, BatchError };
  for (const name of keys(errors)) defineProperty(errors[name].prototype, "name", hidden(name));
  function fail(kind, message, attempts) {
    if (kind === "usage") return new UsageError(message);
    if (kind === "budget") return new BudgetError(message);
    return new LlmError(message, kind, attempts);
  }

  // ---- showing values

  const GENTLE = 100;
  function text(value, depth, room) {
    switch (typeof value) {
      case "string": {
        const cut = value.length > room ? value.slice(0, room) : value;
        return stringify(cut) + (value.length > room ? `… (${value.length} characters)` : "");
      }
      case "bigint":
        return `${value}n`;
      case "symbol":
        return "Symbol()";
      case "function":
        return `[function ${named(value)}]`;
      case "object":
        return value === null ? "null" : object(value, depth, room);
      default:
        return Object.is(value, -0) ? "-0" : `${value}`;
    }
  }
  function named(f) {
    const name = getOwnPropertyDescriptor(f, "name");
    return name && typeof name.value === "string" && name.value ? name.value : "without a name";
  }
  function object(value, depth, room) {
    if (value instanceof RealPromise) return "Promise (add `await`)";
    if (value instanceof Error) return `${plain(value, "name") || "Error"}: ${plain(value, "message")}`;
    if (value instanceof RealMap) return `Map(${value.size}) ${entries([...value].slice(0, GENTLE), depth, room)}`;
    if (value instanceof RealSet) return `Set(${value.size}) ${list([...value], depth, room)}`;
    if (value instanceof RegExp) return `/${value.source}/${value.flags}`;
    if (isArray(value)) return list(value, depth, room);
    if (typeof value[LABEL] === "string") return value[LABEL];
    const names = keys(value);
    if (depth <= 0) return names.length ? `{… ${names.length} keys}` : "{}";
    const shown = [];
    for (let i = 0; i < names.length && i < GENTLE; i++) {
      const own = getOwnPropertyDescriptor(value, names[i]);
      const what = own && "value" in own ? text(own.value, depth - 1, room) : "[getter]";
      shown[i] = `${names[i]}: ${what}`;
    }
    if (names.length > GENTLE) shown[GENTLE] = `… ${names.length - GENTLE} more keys`;
    return names.length ? `{ ${shown.join(", ")} }` : "{}";
  }
  function plain(value, name) {
    const found = value[name];
    return typeof found === "string" ? found : "";
  }
  function list(items, depth, room) {
    if (depth <= 0) return `Array(${items.length})`;
    const shown = [];
    for (let i = 0; i < items.length && i < GENTLE; i++) shown[i] = text(items[i], depth - 1, room);
    if (items.length > GENTLE) shown[GENTLE] = `… ${items.length - GENTLE} more items`;
    return `[${shown.join(", ")}]`;
  }
  function entries(pairs, depth, room) {
    return `{ ${pairs.map(([k, v]) => `${text(k, depth - 1, room)} => ${text(v, depth - 1, room)}`).join(", ")} }`;
  }
  const inspect = (value, room) => text(value, 4, room);
  function describe(value) {
    switch (typeof value) {
      case "string":
        return `string(${value.length})`;
      case "object":
        if (value === null) return "null";
        if (isArray(value)) return `Array(${value.length})`;
        if (value instanceof RealPromise) return "Promise (add `await`)";
        if (value instanceof RealMap || value instanceof RealSet) {
          return `${value instanceof RealMap ? "Map" : "Set"}(${value.size})`;
        }
        return typeof value[LABEL] === "string" ? value[LABEL] : `Object{${keys(value).length} key${keys(value).length === 1 ? "" : "s"}}`;
      case "number":
      case "boolean":
        return `${value}`;
      default:
        return typeof value;
    }
  }

  // ---- promises that say what is forgotten

  const LABEL = Symbol("label");
  const AS_TEXT =
    "length split trim trimStart trimEnd match matchAll slice substring includes indexOf lastIndexOf replace replaceAll startsWith endsWith toUpperCase toLowerCase charAt at concat map filter forEach reduce join find some every push sort flat flatMap keys entries value content text"
      .split(" ");
  function guarded(name) {
    const proto = { __proto__: RealPromise.prototype };
    const tell = () => {
      throw new UsageError(`${name}(…) gives a promise, not the answer: add \`await\``);
    };
    for (const key of AS_TEXT) defineProperty(proto, key, { get: tell, set: tell });
    defineProperty(proto, Symbol.toPrimitive, { value: tell });
    defineProperty(proto, Symbol.iterator, { get: tell });
    defineProperty(proto, "toJSON", { value: tell });
    return (promise) => setPrototypeOf(promise, proto);
  }

  function strict(target, what) {
    const known = keys(target).join(", ");
    return new RealProxy(target, {
      get(of, key) {
        if (typeof key === "symbol" || key in of || key === "then" || key === "toJSON" || key === "nodeType") return of[key];
        throw new UsageError(`${what} has no \`${key}\`; it has ${known}`);
      },
      set(of, key) {
        throw new UsageError(`${what} cannot be changed`);
      },
    });
  }

  // ---- contexts

  const REF = Symbol("reference");
  function pattern(given, flags) {
    if (given instanceof RegExp) return [given.source, given.flags];
    if (typeof given === "string") return [given, flags || ""];
    throw new UsageError(`a pattern is a RegExp or a string; got ${inspect(given, 80)}`);
  }
  function count(value, name, otherwise) {
    if (value === undefined) return otherwise;
    if (typeof value !== "number" || !(value >= 0)) throw new UsageError(`\`${name}\` is a number from 0 on; got ${inspect(value, 80)}`);
    return floor(value);
  }
  function options(given, allowed, what) {
    if (given === undefined || given === null) return {};
    if (typeof given !== "object") throw new UsageError(`${what} takes an object of options; got ${inspect(given, 80)}`);
    for (const name of keys(given)) {
      if (!allowed.includes(name)) throw new UsageError(`${what} has no option \`${name}\`; it has ${allowed.join(", ")}`);
    }
    return given;
  }
  function whole(value, length, otherwise) {
    if (value === undefined) return otherwise;
    const at = Math.trunc(Number(value)) || 0;
    return at < 0 ? max(0, length + at) : at > length ? length : at;
  }
  function chunkOf(handle, i, start, end) {
    const chunk = {
      i,
      start,
      end,
      get text() {
        return host.slice(handle, start, end);
      },
      get length() {
        return end - start;
      },
      toString() {
        return host.slice(handle, start, end);
      },
    };
    defineProperty(chunk, REF, { value: [handle, start, end] });
    defineProperty(chunk, LABEL, { value: `Chunk{${i}: ${start}..${end}}` });
    return strict(chunk, "a chunk");
  }
  function contextOf(handle, name) {
    const [length, lines, tokens] = host.meta(handle);
    const part = (a, b) => host.slice(handle, whole(a, length, 0), whole(b, length, length));
    const span = (i, j) => host.lines(handle, whole(i, lines, 0), whole(j, lines, lines));
    const context = {
      name,
      length,
      lines,
      tokens,
      get text() {
        return part();
      },
      slice: part,
      substring: part,
      line: (i) => span(i, whole(i, lines, 0) + 1),
      line_slice: span,
      head: (n) => part(0, count(n, "n", 2000)),
      tail: (n) => part(max(0, length - count(n, "n", 2000)), length),
      sample(k, given) {
        const { by = "line", seed = 0, size = 2000 } = options(given, ["by", "seed", "size"], "ctx.sample()");
        if (by !== "line" && by !== "chunk") throw new UsageError("`by` is 'line' or 'chunk'");
        return host.sample(handle, count(k, "k", 5), by, count(seed, "seed", 0), count(size, "size", 2000));
      },
      grep(given, opts) {
        const o = options(opts, ["limit", "before", "after", "ignore_case", "invert"], "ctx.grep()");
        const [source, flags] = pattern(given, o.ignore_case ? "i" : "");
        const [found, total] = host.grep(
          handle, source, o.ignore_case && !flags.includes("i") ? flags + "i" : flags, count(o.limit, "limit", 100),
          count(o.before, "before", 0), count(o.after, "after", 0), !!o.invert,
        );
        defineProperty(found, "total", { value: total });
        defineProperty(found, "truncated", { value: total > found.length });
        return found;
      },
      grep_hits(given, opts) {
        const o = options(opts, ["limit", "ignore_case"], "ctx.grep_hits()");
        const [source, flags] = pattern(given, o.ignore_case ? "i" : "");
        const [flat, total] = host.hits(handle, source, flags, count(o.limit, "limit", 1000));
        const found = [];
        for (let i = 0; i < flat.length; i += 3) {
          const [line, start, end] = [flat[i], flat[i + 1], flat[i + 2]];
          const hit = { line, start, end, text: host.slice(handle, start, end) };
          defineProperty(hit, REF, { value: [handle, start, end] });
          found[i / 3] = strict(hit, "a hit");
        }
        defineProperty(found, "total", { value: total });
        defineProperty(found, "truncated", { value: total > found.length });
        return found;
      },
      count: (given) => host.count(handle, ...pattern(given)),
      find(needle, from) {
        if (typeof needle !== "string") throw new UsageError("ctx.find() looks for a string; ctx.grep() takes patterns");
        return host.find(handle, needle, whole(from, length, 0));
      },
      chunk(opts) {
        const o = options(opts, ["by", "size", "overlap", "separator"], "ctx.chunk()");
        const by = o.by === undefined ? "chars" : o.by;
        if (!["chars", "tokens", "lines", "sections", "separator"].includes(by)) {
          throw new UsageError("`by` is one of 'chars', 'tokens', 'lines', 'sections', 'separator'");
        }
        const size = count(o.size, "size", by === "lines" ? 500 : by === "tokens" ? 25000 : 100000);
        if (size === 0) throw new UsageError("`size` is a number from 1 on");
        if (by === "separator" && typeof o.separator !== "string") throw new UsageError("`separator` is a string");
        const flat = host.chunk(handle, by, size, count(o.overlap, "overlap", 0), o.separator || "\n");
        const chunks = [];
        for (let i = 0; i < flat.length; i += 2) chunks[i / 2] = chunkOf(handle, i / 2, flat[i], flat[i + 1]);
        return chunks;
      },
      json: () => host.json(handle, undefined, undefined),
      jsonl: (i, j) => host.json(handle, whole(i, lines, 0), whole(j, lines, lines)),
      coverage: () => host.coverage(handle),
    };
    defineProperty(context, REF, { value: [handle, 0, length] });
    defineProperty(context, LABEL, { value: `Context{${name}: ${length} characters}` });
    defineProperty(context, Symbol.toPrimitive, {
      value() {
        throw new UsageError("ctx is a handle, not text: take a part, as with ctx.slice(a, b), or attach it, `{ context: ctx }`");
      },
    });
    return strict(context, "ctx");
  }

  // ---- calls

  const LLM = 0;
  const RLM = 1;
  const OF_LLM = ["context", "schema", "model", "system", "label", "effort", "cache", "max_tokens", "timeout_ms"];
  const OF_RLM = [...OF_LLM, "max_depth", "max_turns", "budget", "workflows"];
  const OF_BATCH = ["settle", "confirm", "concurrency"];
  const answered = new RealMap();

  function attached(given) {
    if (given === undefined || given === null) return undefined;
    if (typeof given === "string") return given;
    const reference = typeof given === "object" ? given[REF] : undefined;
    if (reference === undefined) {
      throw new UsageError(`\`context\` is a string, a chunk or ctx; got ${inspect(given, 80)}`);
    }
    return reference;
  }

  function ask(kind, name, prompt, given, place) {
    if (typeof prompt !== "string") {
      const what = prompt instanceof RealPromise ? "a promise: add `await`" : inspect(prompt, 80);
      throw new UsageError(`${name}() takes its prompt as a string; got ${what}`);
    }
    const o = options(given, kind === RLM ? OF_RLM : OF_LLM, `${name}()`);
    const { context, cache = "run", ...rest } = o;
    if (cache !== "run" && cache !== "off") throw new UsageError("`cache` is 'run' or 'off'");
    const part = attached(context);
    if (cache === "off") return host.ask(kind, prompt, rest, part, place);
    const key = stringify([kind, prompt, rest, part]);
    const before = answered.get(key);
    // A failed call may be made again.
    if (before !== undefined && !host.failed(before)) return before;
    const promise = host.ask(kind, prompt, rest, part, place);
    answered.set(key, promise);
    return promise;
  }
  // As of an async function, errors come by the promise: of many calls, one that cannot be made takes none of the others with it.
  function promised(make) {
    try {
      return make();
    } catch (error) {
      return new RealPromise((_, reject) => reject(error));
    }
  }

  async function batch(kind, name, prompts, given) {
    if (!isArray(prompts)) throw new UsageError(`${name}() takes an array of prompts; got ${inspect(prompts, 80)}`);
    const all = options(given, [...(kind === RLM ? OF_RLM : OF_LLM), ...OF_BATCH], `${name}()`);
    const { settle = false, confirm = false, concurrency = prompts.length, ...shared } = all;
    const most = host.fan(prompts.length, !!confirm);
    if (most !== undefined) {
      const { tokens_in, usd_max } = plan(prompts, shared);
      const cost = usd_max === null ? "" : ` and at most $${usd_max.toFixed(2)}`;
      throw new UsageError(`this batch has ${prompts.length} prompts of about ${tokens_in} tokens${cost}, and a cell that makes more than ${most} calls must confirm them: say { confirm: true }, or make larger chunks`);
    }
    if (prompts.length > host.fanOut) host.leaves(plan(prompts, shared));
    const place = host.here();
    const size = prompts.length;
    const slots = [];
    let next = 0;
    async function one(i) {
      try {
        const item = prompts[i];
        const own = typeof item === "object" && item !== null && !(item instanceof RealPromise);
        const { prompt, ...more } = own ? item : { prompt: item };
        slots[i] = { ok: true, value: await ask(kind, `${name}: item ${i}: ${name}`, prompt, { ...shared, ...more }, place) };
      } catch (error) {
        slots[i] = { ok: false, error };
      }
    }
    async function worker() {
      while (next < size) await one(next++);
    }
    const workers = [];
    const atOnce = count(concurrency, "concurrency", size) || 1;
    for (let i = 0; i < atOnce && i < size; i++) workers[i] = worker();
    for (let i = 0; i < workers.length; i++) await workers[i];
    if (settle) return slots;
    const wrong = [];
    const results = [];
    for (let i = 0; i < size; i++) {
      results[i] = slots[i].ok ? slots[i].value : undefined;
      if (!slots[i].ok) wrong[wrong.length] = { index: i, error: slots[i].error };
    }
    if (wrong.length === 0) return results;
    const [first] = wrong;
    const message = `${wrong.length} of ${size} calls failed, the first is item ${first.index}: ${plain(first.error, "message")}`;
    throw new BatchError(`${message}; the others are in error.results, and making the batch again asks only for those that failed`, results, wrong);
  }

  function caller(kind, name) {
    const guard = guarded(name);
    // Called by `prompts.map(llm_query)`, what comes second is an index.
    const isOfMap = (given, all) => typeof given === "number" && isArray(all);
    return { [name]: (prompt, given, all) => guard(promised(() => ask(kind, name, prompt, isOfMap(given, all) ? undefined : given))) }[name];
  }
  function batcher(kind, name) {
    const guard = guarded(name);
    return { [name]: (prompts, given) => guard(batch(kind, name, prompts, given)) }[name];
  }

  function plan(prompts, given = {}) {
    if (!isArray(prompts)) throw new UsageError("plan() takes an array of prompts");
    const flat = [];
    for (let i = 0; i < prompts.length; i++) {
      const item = prompts[i];
      const one = { ...given, ...(typeof item === "object" && item !== null ? item : { prompt: item }) };
      flat[i] = [`${one.prompt}`, attached(one.context), one.model, one.max_tokens];
    }
    return host.plan(flat, given && given.model);
  }

  // ---- output, state, the end

  const print = (...values) =>
    host.print(values.map((value) => (typeof value === "string" ? value : inspect(value, 500))).join(" "));
  const console = freeze({ log: print, info: print, warn: print, error: print, debug: print });
  const variables = () => getOwnPropertyNames(globalThis).filter((name) => !builtin.has(name));
  const SHOW_VARS = () => variables().map((name) => `${name} ${describe(globalThis[name])}`);
  const out = [];
  function cited(given) {
    const wrong = "`cite` is a list of chunks, hits, or [start, end] in ctx";
    if (given !== undefined && !isArray(given)) throw new UsageError(`${wrong}; got ${inspect(given, 80)}`);
    const spans = [];
    for (let i = 0; given && i < given.length; i++) {
      const one = given[i];
      const reference = typeof one === "object" && one !== null ? one[REF] : undefined;
      if (reference !== undefined) spans[i] = reference;
      else if (isArray(one) && one.length === 2 && names.ctx) {
        spans[i] = [host.contexts[0][0], whole(one[0], names.ctx.length, 0), whole(one[1], names.ctx.length, names.ctx.length)];
      } else throw new UsageError(`${wrong}; item ${i} is ${inspect(one, 80)}`);
    }
    return spans;
  }
  function submit(value, more) {
    if (value instanceof RealPromise) return apply(then, value, [(v) => submit(v, more)]);
    if (value === undefined) throw new UsageError("submit() takes the answer; got undefined");
    if (typeof value === "string" && variables().includes(value) && !told.has(value)) {
      told.add(value);
      throw new UsageError(`submit() got the text ${stringify(value)}, which is the name of a variable: did you mean its value, submit(${value})? Submit the text again if you mean it`);
    }
    return host.submit(value, cited(options(more, ["cite"], "submit()").cite));
  }
  const told = new RealSet();
  function FINAL_VAR(given) {
    if (typeof given !== "string") return submit(given);
    if (!variables().includes(given)) {
      throw new UsageError(`FINAL_VAR() knows no variable ${stringify(given)}; there are: ${variables().join(", ") || "none"}`);
    }
    return submit(globalThis[given]);
  }
  const note = (key, value) => {
    host.note(`${key}`, value === undefined ? "" : typeof value === "string" ? value : inspect(value, 500));
  };

  // ---- strings: the engine takes time by the square for these

  const LONG = 2000;
  function faster(name, length, native) {
    const original = String.prototype[name];
    const replaced = {
      [name](...given) {
        if (typeof this === "string" && this.length > LONG) {
          const value = native(this, given);
          if (value !== undefined) return value;
        }
        return apply(original, this, given);
      },
    }[name];
    defineProperty(replaced, "length", { value: length, configurable: true });
    defineProperty(String.prototype, name, hidden(replaced));
  }
  const isText = (value) => typeof value === "string";
  faster("split", 2, (s, [by, limit]) => (isText(by) && by !== "" && limit === undefined ? host.split(s, by) : undefined));
  faster("indexOf", 1, (s, [what, from]) => (isText(what) ? host.indexOf(s, what, whole(max(0, Number(from) || 0), s.length, 0)) : undefined));
  faster("includes", 1, (s, [what, from]) => (isText(what) ? host.indexOf(s, what, whole(max(0, Number(from) || 0), s.length, 0)) >= 0 : undefined));
  faster("lastIndexOf", 1, (s, given) => (isText(given[0]) && given.length < 2 ? host.lastIndexOf(s, given[0]) : undefined));
  faster("replaceAll", 2, (s, [what, by]) => (isText(what) && what !== "" && isText(by) && !by.includes("$") ? host.split(s, what).join(by) : undefined));

  // ---- clock and chance

  const noClock = "cells must be able to run again with the same result";
  const RealDate = Date;
  const construct = Reflect.construct;
  function FixedDate(...given) {
    if (new.target === undefined || given.length === 0) throw new TypeError(`the time is not known here: ${noClock}`);
    return construct(RealDate, given, new.target);
  }
  defineProperty(FixedDate, "name", { value: "Date" });
  defineProperty(FixedDate, "prototype", { value: RealDate.prototype, writable: false });
  defineProperty(FixedDate, "now", hidden(() => {
    throw new TypeError(`Date.now() is not known here: ${noClock}`);
  }));
  defineProperty(FixedDate, "parse", hidden(RealDate.parse));
  defineProperty(FixedDate, "UTC", hidden(RealDate.UTC));
  defineProperty(RealDate.prototype, "constructor", hidden(FixedDate));
  defineProperty(globalThis, "Date", hidden(FixedDate));
  defineProperty(Math, "random", hidden(() => {
    throw new TypeError(`Math.random() is not available: ${noClock}; ctx.sample(k, { seed }) draws repeatably`);
  }));
  delete globalThis.TypedArray;

  // What the REPL itself is made of stays as it is; other names can still be added.
  function settled(of) {
    for (const name of ownKeys(of)) {
      const own = getOwnPropertyDescriptor(of, name);
      defineProperty(of, name, "value" in own ? { writable: false, configurable: false } : { configurable: false });
    }
  }
  const steps = getPrototypeOf([][Symbol.iterator]());
  for (const of of [Promise.prototype, Array.prototype, String.prototype, Map.prototype, Set.prototype, steps]) settled(of);

  // ---- names

  const names = { print, console, SHOW_VARS, vars: SHOW_VARS, out, note, submit, FINAL: submit, FINAL_VAR, plan, ...errors };
  names.budget = () => host.budget();
  names.count_tokens = (s) => host.tokens(`${s}`);
  const calls = [
    ["llm_query", "llmQuery", caller(LLM, "llm_query")],
    ["llm_query_batched", "llmQueryBatched", batcher(LLM, "llm_query_batched")],
    ["rlm_query", "rlmQuery", caller(RLM, "rlm_query")],
    ["rlm_query_batched", "rlmQueryBatched", batcher(RLM, "rlm_query_batched")],
  ];
  for (const [snake, camel, call] of calls) names[snake] = names[camel] = call;
  const guard = guarded("workflow");
  names.workflow = { workflow: (name, args) => guard(promised(() => host.workflow(name, args))) }.workflow;
  names.showVars = SHOW_VARS;
  names.finalVar = FINAL_VAR;
  names.countTokens = names.count_tokens;
  const contexts = {};
  for (let i = 0; i < host.contexts.length; i++) {
    const [handle, name] = host.contexts[i];
    contexts[name] = contextOf(handle, name);
    if (i === 0) names.ctx = contexts[name];
  }
  names.contexts = freeze(contexts);
  names.question = host.question;
  if (host.context === undefined) {
    // A text becomes a string when code first asks for it, and not at all where it is too large for one.
    const get = () => (host.contexts.length ? host.whole(host.contexts[0][0]) : null);
    defineProperty(globalThis, "context", { get, enumerable: false, configurable: false });
  } else {
    names.context = deep(host.context);
  }
  function deep(value) {
    if (typeof value === "object" && value !== null) {
      for (const name of ownKeys(value)) deep(value[name]);
      freeze(value);
    }
    return value;
  }
  for (const name of keys(names)) {
    if (typeof names[name] === "function") freeze(names[name]);
    defineProperty(globalThis, name, locked(names[name]));
  }
  defineProperty(globalThis, "answer", hidden({ content: "", ready: false }));
  const builtin = new RealSet(getOwnPropertyNames(globalThis));

  return {
    fail,
    echo: (value) => inspect(value, 1000),
    changed: (wanted) => wanted.filter((name) => name in globalThis && !builtin.has(name)).map((name) => `${name} ${describe(globalThis[name])}`),
    variables: SHOW_VARS,
    keep(turn, text) {
      out[turn] = text;
    },
    ready() {
      const answer = globalThis.answer;
      if (typeof answer !== "object" || answer === null || !answer.ready) return undefined;
      const { content } = answer;
      // An answer that is not accepted must not be offered again by the next cell.
      if (!isFrozen(answer)) answer.ready = false;
      return [content === undefined ? null : content];
    },
    named: (name) => (variables().includes(name) ? [globalThis[name]] : undefined),
  };
})
