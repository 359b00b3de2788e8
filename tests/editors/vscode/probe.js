import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

/** The driver's end of the socket to the probe extension (probe/extension.js). */
export class Probe {
  #calls = new Map()
  #number = 0

  static async listen(path) {
    const probe = new Probe()
    probe.path = path
    probe.connected = new Promise((connected) => {
      probe.server = createServer((socket) => {
        createInterface({ input: socket }).on('line', (line) => {
          const reply = JSON.parse(line)
          probe.#calls.get(reply.id)?.(reply)
          probe.#calls.delete(reply.id)
        })
        socket.on('error', () => {}) // the editor has been stopped
        probe.socket = socket // of the newest window's extension host
        connected()
      })
    })
    probe.server.listen(path)
    await once(probe.server, 'listening')
    return probe
  }

  /** Runs `call(vscode, args)` in the extension host; both ways must survive JSON. */
  async run(call, args = null) {
    const id = ++this.#number
    const reply = await new Promise((replied) => {
      this.#calls.set(id, replied)
      this.socket.write(`${JSON.stringify({ id, args, body: `return (${call})(vscode, args)` })}\n`)
    })
    if (reply.error) throw new Error(reply.error)
    return reply.value
  }

  close() {
    this.socket?.destroy()
    this.server.close()
  }
}
