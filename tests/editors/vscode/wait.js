export const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

/** The promise's value, or a failure after `ms`. */
export async function within(promise, ms, why) {
  let timer
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(why())), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
