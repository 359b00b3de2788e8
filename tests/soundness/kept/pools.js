// Which of the workers takes what is decided by the run: each of them may get all, or nothing.
export const meta = { name: 'pools', description: 'workers that share what there is to do' }

const files = ['a', 'b', 'c', 'd', 'e']
let next = 0
const kinds = async (deep) => {
  let done = 0
  while (next < files.length) {
    const file = files[next++]
    if (deep) await agent(`deep ${file}`)
    else await agent(`flat ${file}`)
    done++
  }
  return done
}
const [deep, flat] = await Promise.all([kinds(true), kinds(false)])
if (flat > 0) await agent('flat ones')
for (let i = 0; i < deep; i++) await agent(`again ${i}`)

const queue = [...files, 'f']
const worker = async (n) => {
  for (;;) {
    if (!queue.length) return
    const job = queue.shift()
    await agent(`worker ${n} takes ${job}`)
    if (n === 1) await agent(`and checks ${job}`)
  }
}
await parallel([() => worker(0), () => worker(1), () => worker(2)])
