// A provider that streams: Chat Completions, so many pieces, so many milliseconds apart. Its port is its one line of output.
import { createServer } from 'node:http'

const [pieces, apart] = process.argv.slice(2).map(Number)
const chunk = (delta, more = {}) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'm', choices: [{ index: 0, delta, ...more }] })}\n\n`
const piece = chunk({ content: 'eight words of an answer that is streamed ' })
const end = `${chunk({}, { finish_reason: 'stop' })}data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'm', choices: [], usage: { prompt_tokens: 10, completion_tokens: 8 * pieces, total_tokens: 10 + 8 * pieces } })}\n\ndata: [DONE]\n\n`

let open = 0
let most = 0
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    if (request.method === 'GET') return response.end(String(most))
    most = Math.max(most, ++open)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    let sent = 0
    const timer = setInterval(() => {
      response.write(piece)
      if (++sent < pieces) return
      clearInterval(timer)
      open--
      response.end(end)
    }, apart)
    response.on('close', () => clearInterval(timer))
  })
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => console.log(server.address().port))
