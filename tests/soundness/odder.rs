//! More pieces of scripts to be drawn: promises, objects, and functions that go elsewhere. Their marks are those of [`super::odd`].

/// The pieces, each able to stand anywhere in an async function.
pub(crate) const MORE: &[&str] = &[
    "const chain@n = Promise.resolve(count).then(async (n) => {
  if (@cond) throw new Error('x')
  await @call
  return n
}).then(() => {
  return @call
}).catch(async () => {
  await @call
  return 1
}).finally(() => {
  return @call
})
await chain@n
const settled@n = await Promise.allSettled([chain@n, Promise.reject(1)])
for (const s of settled@n) {
  if (s.status === 'rejected') await @call
}",
    "const queue@n = [...@list]
const left@n = queue@n.length
const few@n = queue@n.length < 3
if (@cond) queue@n.push('more', 'and more')
if (left@n > 1 && left@n < 9) {
  for (const x of queue@n) {
    await @call
  }
}
if (few@n) await parallel(queue@n.map((x) => () => @call))
while (queue@n.length) {
  const batch = queue@n.splice(0, 2)
  await parallel(batch.map((x) => () => @call))
  for (const x of batch) {
    if (@cond) queue@n.pop()
    await @call
  }
  @body
}",
    "const pile@n = [...@list, ...@list]
let again@n = 2
const put@n = (xs) => pile@n.unshift(...xs)
do {
  const top = pile@n.splice(0, 1 + (count % 2))
  await parallel(top.map((x) => () => @call))
  if (@cond && again@n > 0) {
    again@n -= 1
    put@n(top)
  }
} while (pile@n.length > 0)",
    "const size@n = @list?.length ?? 0
const sizes@n = new Set(@list)
const told@n = sizes@n.size
if (@cond) sizes@n.add('one more')
if (!size@n) await @call
if (told@n <= 2) {
  for (const x of sizes@n) {
    await @call
  }
}
if (size@n > 2) {
  await @call
} else {
  for (const x of @list) {
    await @call
  }
}",
    "const racing@n = [@call, @cond ? Promise.reject(1) : 2]
try {
  await Promise.race(racing@n)
  await @call
} catch {
  await @call
}
try {
  await Promise.any([Promise.reject(1), ...@list])
  await @call
} catch {
  await @call
}
await Promise.allSettled(racing@n)",
    "const own@n = { n: 2, async f(x) {
  for (let i = 0; i < this.n; i++) {
    await @call
  }
  return x
} }
await own@n.f.call({ n: 1 })
await own@n.f.apply(own@n, [1])
const bound@n = own@n.f.bind({ n: @list.length % 3 }, 1)
await bound@n()
try {
  const { f } = own@n
  await f()
} catch {
  await @call
}",
    "try {
  count += 'x'.repeat(@list.length - 1).length
  await @call
} catch {
  await @call
}
try {
  const parsed = JSON.parse(@known)
  await @call
  count += parsed.length
  await @call
} catch {
  await @call
}
try {
  count += @list.reduce((a, b) => a).length
  await @call
} catch {
  await @call
}",
    "try {
  const frozen = Object.freeze({ x: 1, list: @list })
  if (@cond) frozen.x = 2
  frozen.list.push(1)
  await @call
} catch {
  await @call
}
const made@n = Object.create(null)
made@n.x = 1
try {
  if (@cond) count += `${made@n}`.length
  await @call
} catch {
  await @call
}",
    "let maybe@n = @cond ? null : 0
maybe@n ??= await @call
maybe@n ||= await @call
maybe@n &&= await @call
maybe@n = (count += 1, @cond) ? await @call : maybe@n
const o@n = { a: { b: @cond ? [1] : null } }
o@n.a.b?.push(await @call)
delete o@n.a?.b
if ('b' in o@n.a) {
  await @call
}",
    "let step@n = 0
while (@cond && step@n++ < 3) await @call
while (step@n-- > 0 && @cond) await @call
do {
  await @call
} while (@cond && ++step@n <= 2)
if (step@n++ < 2) await @call",
    "let i@n = 0
do {
  i@n += 1
  if (@cond) continue
  await @call
} while (i@n < 3)
for (;;) {
  i@n -= 1
  if (i@n < 0 || @cond) break
  await @call
}
for (const key in { a: 1, b: 2, ...(@cond ? { c: 3 } : {}) }) {
  await @call
}",
    "const groups@n = {}
for (const x of @list) {
  const key = count % 2 ? 'odd' : `k${x}`
  groups@n[key] ??= []
  groups@n[key].push(x)
  count += 1
}
for (const [key, xs] of Object.entries(groups@n)) {
  await @call
  for (const x of xs) {
    await @call
  }
}
const back@n = Object.fromEntries(Object.entries(groups@n).map(([k, xs]) => [k, xs.length]))
for (let i = 0; i < (back@n.odd ?? 0); i++) {
  await @call
}",
    "let shared@n = 0
const late@n = (async () => {
  shared@n += 1
  await @call
  shared@n += 1
  @body
  return shared@n
})()
for (let i = 0; i < shared@n; i++) {
  await @call
}
if (@cond) await late@n.catch(() => 0)
for (let i = 0; i < shared@n; i++) {
  await @call
}
await late@n.catch(() => 0)",
    "const queue@n = @list.slice(0, 4)
const worker@n = async () => {
  while (queue@n.length) {
    const x = queue@n.shift()
    await @call
    if (x === '1' && count < 9) queue@n.push('again')
    count += 1
  }
}
await Promise.all([worker@n(), worker@n()])",
    "const from@n = @list
let next@n = 0
const takes@n = async (k) => {
  while (next@n < from@n.length) {
    const x = from@n[next@n++]
    if (k) {
      await @call
    } else {
      await @call
    }
  }
  return next@n
}
const took@n = await Promise.all([takes@n(true), takes@n(false), takes@n(@cond)])
if (took@n[0] > 1) await @call",
    "const from@n = @list
let at@n = 0
const each@n = async (k) => {
  let done = 0
  for (;;) {
    const i = at@n++
    if (i >= from@n.length) break
    if (@cond) {
      await @call
    }
    done++
    if (k && @cond) return done
    await @call
  }
  return done
}
const did@n = await parallel([() => each@n(0), () => each@n(1), () => each@n(0)])
for (let i = 0; i < (did@n[1] ?? 0); i++) {
  await @call
}",
    "const rest@n = [...@list, 'x', 'y']
const rests@n = async () => {
  const seen = rest@n.length
  const few = rest@n.length < 2
  await @call
  if (seen > 1 && rest@n.length < 2) await @call
  if (!few && rest@n.length === 0) await @call
  while (rest@n.length > 0) {
    const x = rest@n.shift()
    await @call
  }
}
await Promise.all([rests@n(), rests@n(), @cond ? rests@n() : 0])",
    "const jobs@n = @list.map((x, i) => ({ x, i }))
const run@n = async (k) => {
  let job
  while ((job = jobs@n.shift())) {
    if (k === 1) {
      await @call
    } else {
      await @call
    }
  }
  return jobs@n.length
}
const left@n = run@n(1)
const also@n = run@n(2)
await @call
if (@cond) await left@n
for (let i = 0; i < (await also@n); i++) {
  await @call
}",
    "let turn@n = 0
const goOn@n = async (k) => {
  if (turn@n >= 3) return k
  const mine = turn@n++
  if (mine === k) {
    await @call
  }
  await @call
  return goOn@n(k)
}
await Promise.all([goOn@n(0), goOn@n(1)])",
    "const limited@n = async (items, most, f) => {
  const out = []
  let i = 0
  const worker = async (w) => {
    while (i < items.length) {
      const own = i
      i += 1
      out[own] = await f(items[own], w)
    }
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, (_, w) => worker(w)))
  return out
}
await limited@n(@list, 2, async (x, w) => {
  if (w) return @call
  await @call
})
await limited@n(['p', 'q', 'r', 's', 't'], count % 3, () => @call)",
    "const heap@n = [...@list, 'x', 'y']
const batches@n = async (k) => {
  let n = 0
  while (heap@n.length > 0) {
    const some = heap@n.splice(0, 2)
    await parallel(some.map((x) => () => k ? @call : @call))
    n += some.length
  }
  return n
}
const one@n = batches@n(0)
const [a@n, b@n] = await Promise.all([one@n, batches@n(1)])
if (a@n > 2) await @call
if (b@n === 0) await @call",
    "const by@n = { p: 1 }
const list@n = []
const fill@n = async (k, i) => {
  const r = await @call
  by@n[k] = r ? k : i
  list@n[i] = i
  list@n[i + 1] = r
}
const filled@n = ['p', 'q'].map((k, i) => fill@n(k, 1 - i))
if (@cond) fill@n('r', 2)
await Promise.all(filled@n)
if (by@n.p === 1) await @call
for (let i = 0; i < list@n.length; i++) {
  await @call
}
for (const k of Object.values(by@n)) {
  if (typeof k === 'string') await @call
  else await @call
}",
    "const state@n = { next: 0, left: 3 }
let left@n = 3
const it@n = @list.values()
const each@n = async (k) => {
  while (state@n.next < 4) {
    const x = state@n.next++
    if (k) await @call
    else await @call
  }
  while (left@n > 0) {
    left@n--
    if (k) await @call
    else await @call
  }
  for (const x of it@n) {
    if (k) await @call
    else await @call
  }
  return left@n
}
await Promise.all([each@n(0), each@n(1)])",
    "let slot@n = 0
const slots@n = async (k) => {
  for (let i = slot@n++; i < 4; i = slot@n++) {
    if (k === i) continue
    try {
      await @call
      if (@cond) throw new Error('x')
    } catch {
      await @call
    }
  }
}
const first@n = slots@n(0)
if (@cond) await slots@n(2)
await first@n",
    "const seen@n = []
await parallel(@list.map((x) => async () => {
  seen@n.push(x)
  const r = await @typed
  if (r?.ok) seen@n.push(...r.items)
  else seen@n.pop()
  return r
}))
for (const x of seen@n.slice(0, 5)) {
  await @call
}",
    "function later@n(f) {
  return { then: (ok) => ok(f) }
}
const f@n = await later@n(async () => {
  return @call
})
await f@n()",
    "const settle@n = {}
const waits@n = new Promise((ok, not) => {
  settle@n.ok = ok
  settle@n.not = not
})
if (@cond) settle@n.ok(2)
else settle@n.not(1)
try {
  for (let i = await waits@n; i > 0; i--) {
    await @call
  }
} catch {
  await @call
}",
    "const holes@n = [, 1, , 2]
holes@n.forEach(() => {
  count += 1
})
holes@n.length = 2
for (const x of holes@n) {
  await @call
}
holes@n[3] = 1
for (const i in holes@n) {
  await @call
}",
    "const mixed@n = [1, 'two', null, ...@list]
const [one@n, , three@n = await @call, ...tail@n] = mixed@n
for (const x of tail@n.flat().concat(one@n)) {
  await @call
}
mixed@n.splice(1, count % 3, 'a', 'b', 'c')
mixed@n.reverse()
while (mixed@n.length > 2 && mixed@n.pop() !== null) {
  await @call
}",
    "const self@n = { async go(n) {
  await @call
  return n > 0 ? this.go(n - 1) : n
} }
await self@n.go(count % 3)
const curried@n = (a) => (b) => async (c = a) => {
  for (let i = 0; i < Math.min(a + b + c, 4); i++) {
    await @call
  }
}
await curried@n(1)(0)()
await curried@n(0)(@list.length)(1)",
    "var hoisted@n
if (@cond) hoisted@n = await @call
await early@n(hoisted@n)
async function early@n(x) {
  if (x) return
  await @call
}
const named@n = async function again(n) {
  if (n > 1) return again(n - 1)
  return @call
}
await named@n(count % 3)",
    "const err@n = class extends Error {
  constructor(m) {
    super(m)
    this.extra = 2
  }
}
try {
  if (@cond) throw new err@n('x')
  if (@cond) throw { extra: 1 }
  await @call
} catch (e) {
  for (let i = 0; i < e.extra; i++) {
    await @call
  }
  if (e instanceof err@n) {
    await @call
  }
}",
    "const f@n = async (x = count, { y = x + 1, z } = {}, ...more) => {
  for (let i = 0; i < y - x + more.length; i++) {
    await @call
  }
  return z
}
await f@n()
await f@n(1, { y: 2 }, ...@list.slice(0, 2))
await f@n(undefined, undefined, 1)",
    "let hook@n = null
const register@n = (f) => {
  hook@n = f
}
[1, 2].map(register@n)
register@n(async () => {
  return @call
})
if (typeof hook@n === 'function') await hook@n()
hook@n = @cond ? hook@n : async () => {
  return @call
}
await hook@n()",
    "const own@n = @list
own@n.custom = async () => {
  return @call
}
await own@n.custom()
const fun@n = () => 1
fun@n.calls = 0
for (let i = 0; i < 3; i++) {
  if (fun@n.calls) {
    await @call
  }
  fun@n.calls += 1
}",
    "const get@n = Reflect.get({ async f() {
  return @call
} }, 'f')
await get@n()
const values@n = Object.values({ get x() {
  return @call
} })
await Promise.all(values@n)
await Reflect.apply(async (x) => {
  return @call
}, null, [1])",
    "const outer@n = (a) => {
  let n = a
  return { up: () => (n += 1), run: async () => {
    for (let i = 0; i < n && i < 4; i++) {
      await @call
    }
  } }
}
const one@n = outer@n(0)
const two@n = outer@n(1)
one@n.up()
await one@n.run()
await Reflect.apply(two@n.run, null, [])
two@n.up()
await Reflect.apply(two@n.run, null, [])
await Reflect.apply(one@n.run, null, [])",
    "let gate@n = Promise.resolve(0)
const link@n = (i) => {
  gate@n = gate@n.then(async (n) => {
    if (n === 2 && @cond) throw new Error('x')
    await @call
    return n + i
  }, () => {
    return @call
  })
  return gate@n
}
for (const x of @list) {
  if (@cond) link@n(1)
  if (@cond) await link@n(2)
}
const last@n = [link@n(0), @cond ? Promise.reject(1) : 2, Promise.resolve(3), Promise.resolve(4), Promise.resolve(5), Promise.reject(6)]
for (const i of [0, 1, 2]) {
  await Promise.resolve(last@n[@list.length + i]).then(() => {
    return @call
  }, () => 1)
}
await Promise.allSettled(last@n)",
];
