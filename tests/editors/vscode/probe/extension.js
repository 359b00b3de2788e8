// Connects to the driver's socket (DRIVER_SOCKET, in a folder that only its owner can enter) and runs the function bodies
// that come over it, with `vscode` and `args` in scope.
'use strict'
const net = require('node:net')
const readline = require('node:readline')
const vscode = require('vscode')

const AsyncFunction = (async () => {}).constructor

async function answer({ id, body, args }) {
  try {
    return { id, value: (await new AsyncFunction('vscode', 'args', body)(vscode, args)) ?? null }
  } catch (error) {
    return { id, error: String(error?.stack ?? error) }
  }
}

exports.activate = () => {
  const path = process.env.DRIVER_SOCKET
  if (!path) return
  const socket = net.connect(path)
  socket.on('error', () => {}) // the driver has gone, and takes the editor with it
  readline.createInterface({ input: socket }).on('line', async (line) => {
    socket.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`)
  })
}
