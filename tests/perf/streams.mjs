// The same calls from Node: `fetch`, every event read and parsed, the text put together.
const [base, calls] = [process.argv[2], Number(process.argv[3])]

async function call(n) {
  const body = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: `call ${n}` }] })
  const response = await fetch(`${base}/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const decoder = new TextDecoder()
  let [rest, text, usage] = ['', '', null]
  for await (const bytes of response.body) {
    rest += decoder.decode(bytes, { stream: true })
    const events = rest.split('\n\n')
    rest = events.pop()
    for (const event of events) {
      if (event === 'data: [DONE]') continue
      const data = JSON.parse(event.slice('data: '.length))
      text += data.choices[0]?.delta.content ?? ''
      usage = data.usage ?? usage
    }
  }
  if (!usage) throw new Error(`call ${n} was not whole`)
  return text.length
}

const lengths = await Promise.all(Array.from({ length: calls }, (_, n) => call(n)))
if (new Set(lengths).size !== 1) throw new Error('the answers differ')
