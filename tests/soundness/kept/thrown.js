// What the language throws by itself is caught beside what the script throws.
export const meta = { name: 'thrown', description: 'what is caught is one of several' }

class Stop extends Error {
  constructor(text) {
    super(text)
    this.extra = 2
  }
}

const files = args?.none
try {
  if (!(files.length > 3)) throw new Stop('few')
  await agent('many')
} catch (e) {
  for (let i = 0; i < e.extra; i++) await agent(`extra ${i}`)
  if (e instanceof Stop) await agent('stop')
}
