// A real VS Code: code-server on a port of its own, shown in headless Chromium. Listens on 127.0.0.1 only; all it writes is below
// one temporary folder, removed by stop().
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { Probe } from './probe.js'
import { chromiumFlags, quiet } from './settings.js'
import { within } from './wait.js'
import { Window } from './window.js'

const START_MS = 60_000 // 24 s have been seen on a cold disk

export class Code {
  /**
   * @param {object} o
   * @param {string} o.launcher       what install/code-server.sh prints
   * @param {string} o.workspace      folder to open
   * @param {string[]} [o.vsix]       packages to install
   * @param {string[]} [o.unpacked]   folders of extensions, used where they lie
   * @param {object} [o.settings]     user settings on top of the quiet ones
   * @param {boolean} [o.trusted]     false leaves the workspace in Restricted Mode
   * @param {object} [o.env]          environment of the extension host
   * @param {string} [o.shots]        where screenshots go
   * @param {{width: number, height: number}} [o.viewport]
   */
  static async start(o) {
    const code = new Code()
    try {
      await code.#start(o)
      return code
    } catch (error) {
      await code.stop()
      throw error
    }
  }

  async #start({ launcher, workspace, vsix = [], unpacked = [], settings = {}, trusted = true, env = {}, shots, viewport }) {
    this.workspace = path.resolve(workspace)
    this.home = mkdtempSync(path.join(tmpdir(), 'callsheet-vscode-'))
    this.shots = path.resolve(shots ?? path.join(this.home, 'shots'))
    mkdirSync(this.shots, { recursive: true })
    const trust = { 'security.workspace.trust.enabled': !trusted, 'security.workspace.trust.startupPrompt': 'never' } // 1.99 asks in a dialog
    // Of settings of machine scope, code-server reads only those of the machine it runs on.
    for (const level of ['User', 'Machine']) {
      mkdirSync(path.join(this.home, 'data', level), { recursive: true })
      writeFileSync(path.join(this.home, 'data', level, 'settings.json'), JSON.stringify({ ...quiet, ...trust, ...settings }))
    }
    writeFileSync(path.join(this.home, 'config.yaml'), '')
    const folders = ['--user-data-dir', path.join(this.home, 'data'), '--extensions-dir', path.join(this.home, 'ext'),
      '--config', path.join(this.home, 'config.yaml')]
    for (const file of vsix) await promisify(execFile)(launcher, [...folders, '--install-extension', path.resolve(file)])
    this.#list([path.join(import.meta.dirname, 'probe'), ...unpacked])
    this.probe = await Probe.listen(path.join(this.home, 'probe.sock'))
    await this.#serve(launcher, [...folders, ...(trusted ? ['--disable-workspace-trust'] : [])], env)
    this.browser = await chromium.launchPersistentContext(path.join(this.home, 'chromium'), {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      headless: true,
      viewport: viewport ?? { width: 1280, height: 800 },
      args: chromiumFlags,
    })
  }

  /** Lists folders as installed extensions; a built workbench ignores `extensionDevelopmentPath`. */
  #list(folders) {
    const file = path.join(this.home, 'ext/extensions.json')
    mkdirSync(path.dirname(file), { recursive: true })
    const listed = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
    for (const folder of folders.map((each) => path.resolve(each))) {
      const { publisher, name, version } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
      listed.push({ identifier: { id: `${publisher}.${name}` }, version,
        location: { $mid: 1, path: folder, scheme: 'file' }, metadata: { installedTimestamp: 0, source: 'vsix' } })
    }
    writeFileSync(file, JSON.stringify(listed))
  }

  async #serve(launcher, folders, env) {
    this.log = ''
    this.server = spawn(launcher, [...folders, '--bind-addr', '127.0.0.1:0', '--auth', 'none', '--disable-telemetry',
      '--disable-update-check', '--disable-getting-started-override'], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group of its own, so that stop() ends the extension host too
      env: { ...process.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}', DRIVER_SOCKET: this.probe.path, ...env },
    })
    process.once('exit', () => this.#kill())
    this.url = await new Promise((up, failed) => {
      const hear = (data) => {
        this.log += data
        const said = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(this.log)
        if (said) up(said[1])
      }
      this.server.stdout.on('data', hear)
      this.server.stderr.on('data', hear)
      this.server.once('exit', (status) => failed(new Error(`code-server ended with ${status}\n${this.log}`)))
    })
  }

  /** Opens a window on the workspace, with a file shown if one is given, and waits for the extension host. */
  async open(file) {
    const page = this.browser.pages().find((each) => each.url() === 'about:blank') ?? await this.browser.newPage()
    const window = new Window(this, page)
    const uri = (relative) => `vscode-remote://${new URL(this.url).host}${path.resolve(this.workspace, relative)}`
    const payload = encodeURIComponent(JSON.stringify(file ? [['openFile', uri(file)]] : []))
    await page.goto(`${this.url}/?folder=${encodeURIComponent(this.workspace)}&payload=${payload}`)
    await page.locator('.monaco-workbench').waitFor({ timeout: START_MS })
    if (file) await page.locator('.editor-instance .view-lines').first().waitFor({ timeout: START_MS })
    await within(this.probe.connected, START_MS, () => `the extension host did not start\n${this.log}`)
    return window
  }

  #kill() {
    try {
      if (this.server) process.kill(-this.server.pid, 'SIGKILL')
    } catch (error) {
      if (error.code !== 'ESRCH') throw error // all have ended
    }
  }

  async stop() {
    await this.browser?.close()
    if (this.server?.exitCode === null) {
      this.server.removeAllListeners('exit')
      const gone = once(this.server, 'exit')
      this.server.kill('SIGTERM')
      await within(gone, 5000, () => '').catch(() => this.#kill())
    }
    this.#kill()
    this.probe?.close()
    if (this.home) rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}
