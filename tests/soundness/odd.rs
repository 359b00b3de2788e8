//! The rest of the language, as pieces of scripts to be drawn: what real ones seldom have, and each is written for the calls it makes.
//!
//! `@n` is a number of the piece's own, `@call` and `@typed` a call of `agent`, `@list`, `@cond` and `@known` an array, a condition and a result drawn
//! with it, and `@body` on a line of its own a block.

/// The pieces, each able to stand anywhere in an async function.
pub(crate) const PIECES: &[&str] = &[
    "switch (@cond ? 'a' : count % 3) {
  case 'a':
    @body
  case 1: {
    await @call
    break
  }
  default:
    await @call
  case 2:
    count += 1
}",
    "switch (count % 4) {
  case await @call:
    await @call
  case 0:
  case (count += 1):
    await @call
    break
  case 2:
    await @call
}",
    "outer@n: for (const x@n of @list) {
  for (const y@n of @list) {
    count += 1
    if (@cond) continue outer@n
    if (@cond) break outer@n
    await @call
  }
  @body
}",
    "block@n: {
  if (@cond) break block@n
  @body
  if (@cond) break block@n
  await @call
}",
    "const o@n = {
  kept: 0,
  get x() {
    count += 1
    return @call
  },
  set x(v) {
    this.kept += 1
  },
}
if (@cond) await o@n.x
o@n.x = 1
const { x: got@n } = o@n
await got@n
for (let i = 0; i < o@n.kept; i++) {
  await @call
}",
    "const f@n = @cond ? async () => {
  return @call
} : undefined
await f@n?.()
const g@n = { f: f@n, get h() {
  return @call
} }
await g@n.f?.()
await (@cond ? g@n : null)?.f?.()
await (@cond ? g@n : null)?.h
await (@cond ? g@n : null)?.[await @call]",
    "const {
  a: a@n = await @call,
  b: [b@n = await @call] = [],
  ...rest@n
} = @cond ? { a: 1, b: @list, c: 2 } : {}
if (rest@n.c) {
  await @call
}",
    "const tag@n = (texts, ...holes) => {
  count += holes.length
  return @call
}
await tag@n`x ${count} y ${await @call} z`",
    "let cap@n = 1
const bump@n = () => {
  if (cap@n < 4) cap@n += 1
  return cap@n
}
bump@n()
for (let i = 0; i < cap@n; i++) {
  if (@cond) bump@n()
  await @call
}
const later@n = () => cap@n
cap@n = 0
if (later@n()) {
  await @call
}",
    "const fin@n = async () => {
  try {
    if (@cond) throw new Error('x')
    await @call
    return 1
  } catch (e) {
    if (@cond) return 2
    await @call
    if (count % 2) throw e
  } finally {
    await @call
    if (@cond) return 3
  }
  return 4
}
for (let i = await fin@n(); i < 4; i++) {
  await @call
}",
    "for (let i = 0; i < 3; i++) {
  try {
    if (@cond) continue
    if (@cond) break
    await @call
  } finally {
    await @call
    if (@cond) continue
    count += 1
  }
  await @call
}",
    "async function* gen@n() {
  for (const x of @list) {
    if (@cond) return
    yield @call
  }
  await @call
}
for await (const x of gen@n()) {
  if (@cond) break
  await @call
}",
    "function* gen@n(n) {
  try {
    for (let i = 0; i < n; i++) {
      count += 1
      yield i
    }
  } finally {
    count += 1
  }
}
for (const x of gen@n(count % 4)) {
  if (@cond) break
  await @call
}
const [first@n, second@n] = gen@n(3)
if (second@n) {
  await @call
}
const made@n = gen@n(2)
count += made@n.next().value
for (const x of made@n) {
  await @call
}
for (const x of made@n) {
  await @call
}",
    "let limit@n = 1
function* upTo@n() {
  for (let i = 0; i < limit@n; i++) yield i
}
const some@n = upTo@n()
limit@n = 3
for (const x of some@n) {
  await @call
}",
    "const jobs@n = []
function* starts@n() {
  for (const x of @list) {
    jobs@n.push(@call)
    yield x
  }
}
const [...all@n] = starts@n()
await Promise.all(jobs@n)
const none@n = starts@n()
if (@cond) none@n.next()
await Promise.all(jobs@n)",
    "const it@n = {
  list: @list,
  *[Symbol.iterator]() {
    yield* this.list
    yield 1
  },
}
for (const x of it@n) {
  await @call
}
const jobs@n = [...it@n].map((x) => {
  return @call
})
await Promise.all(jobs@n)",
    "const it@n = @list[Symbol.iterator]()
for (let step = it@n.next(); !step.done; step = it@n.next()) {
  await @call
}
const entries@n = @list.entries()
for (const [i, x] of entries@n) {
  await @call
  if (@cond) break
}
for (const [i, x] of entries@n) {
  await @call
}",
    "const hand@n = {
  n: 0,
  [Symbol.iterator]() {
    return this
  },
  next() {
    this.n += 1
    return { done: this.n > 3, value: this.n }
  },
  return() {
    count += 1
    return {}
  },
}
for (const x of hand@n) {
  if (@cond) break
  await @call
}",
    "const jobs@n = []
const sorted@n = @list.slice().sort((a, b) => {
  jobs@n.push(@call)
  return String(a) < String(b) ? -1 : 1
})
await Promise.all(jobs@n)
for (const x of sorted@n) {
  await @call
}
@list.toSorted(() => {
  jobs@n.push(@call)
  return 0
})
await Promise.allSettled(jobs@n)",
    "const jobs@n = []
const text@n = `${'a-b-a'.replace(/a/g, (m) => {
  jobs@n.push(@call)
  return m
})}${'x y'.replaceAll('x', () => {
  jobs@n.push(@call)
  return 'z'
})}`
await Promise.all(jobs@n)
if (text@n.includes('z')) {
  await @call
}",
    "const jobs@n = []
const told@n = JSON.stringify({ x: { toJSON() {
  jobs@n.push(@call)
  return @cond ? 1 : undefined
} }, y: [1] }, (k, v) => {
  if (Array.isArray(v)) jobs@n.push(@call)
  return v
})
await Promise.all(jobs@n)
const back@n = JSON.parse(told@n, (k, v) => {
  jobs@n.push(@call)
  return v
})
await Promise.all(jobs@n)
if (back@n.x) {
  await @call
}",
    "const jobs@n = []
class Told@n {
  get seen() {
    jobs@n.push(@call)
    return 1
  }
  toJSON() {
    jobs@n.push(@call)
    return this.seen
  }
  toString() {
    jobs@n.push(@call)
    return 'told'
  }
  valueOf() {
    jobs@n.push(@call)
    return 3
  }
}
const told@n = new Told@n()
if (@cond) count += `${told@n}`.length
if (@cond) count += told@n > 2 ? 1 : 0
if (JSON.stringify([told@n]) === '[1]') {
  await @call
}
await Promise.all(jobs@n)",
    "const jobs@n = []
const proxy@n = new Proxy({ x: 1 }, {
  get(of, key) {
    jobs@n.push(@call)
    return Reflect.get(of, key)
  },
  has() {
    jobs@n.push(@call)
    return true
  },
})
if (proxy@n.x) count += 1
if ('y' in proxy@n) count += 1
await Promise.all(jobs@n)",
    "function args@n() {
  return arguments.length > 1 ? arguments[0]() : arguments[0]
}
await args@n(() => {
  return @call
}, @cond)
await args@n(@list.length)",
    "const fns@n = new Map([['a', async () => {
  return @call
}], ['b', null]])
for (const [key, f] of fns@n) {
  if (f) await f()
}
fns@n.set('c', fns@n.get('a'))
await fns@n.get(@cond ? 'a' : 'c')()
const set@n = new Set(@list)
set@n.forEach((x) => {
  count += 1
})
set@n.delete('0')
for (const x of set@n) {
  await @call
}",
    "class Base@n {
  #n = 1
  static made = 0
  static of(n) {
    Base@n.made += 1
    return new this(n)
  }
  constructor(n) {
    this.#n = n
  }
  get n() {
    return this.#n
  }
  set n(v) {
    this.#n = v
  }
  async run() {
    for (let i = 0; i < this.n; i++) {
      await @call
    }
    return this.n
  }
}
class Sub@n extends Base@n {
  constructor(n) {
    super(n + 1)
    this.extra = @cond
  }
  async run() {
    if (this.extra) return super.run()
    return @call
  }
}
const base@n = Base@n.of(1)
base@n.n = base@n.n + 1
await base@n.run()
await Sub@n.of(1).run()
for (let i = 0; i < Base@n.made; i++) {
  await @call
}",
    "const fs@n = []
for (let i = 0; i < 3; i++) {
  fs@n.push(async () => {
    if (i > 0) {
      return @call
    }
    return null
  })
}
for (const f of fs@n) await f()
await fs@n[1]()
await fs@n.at(-1)()",
    "const rec@n = async (n) => {
  if (n <= 0) return 0
  await @call
  return rec@n(n - 1)
}
await rec@n(count % 4)",
];
