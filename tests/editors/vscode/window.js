import path from 'node:path'
import { sleep } from './wait.js'

/** A window of VS Code: what is drawn in it, and what a person can do there. */
export class Window {
  constructor(code, page) {
    this.code = code
    this.page = page
    /** Requests to other hosts than the editor's own. */
    this.external = []
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url())
      if (protocol.startsWith('http') && hostname !== '127.0.0.1') this.external.push(request.url())
    })
  }

  /** Waits until `condition` gives something true, and gives that; takes a picture if it never does. */
  async until(condition, what, ms = 30_000) {
    const end = Date.now() + ms
    for (;;) {
      const value = await condition()
      if (value) return value
      if (Date.now() > end) throw new Error(`not seen after ${ms} ms: ${what}; see ${await this.shot(`missed ${what}`)}`)
      await sleep(100)
    }
  }

  async shot(name) {
    const file = path.join(this.code.shots, `${name.replace(/\W+/g, '-')}.png`)
    await sleep(400) // toasts fade in
    await this.page.screenshot({ path: file })
    return file
  }

  /** Runs `call(vscode, args)` in the extension host. */
  api(call, args) {
    return this.code.probe.run(call, args)
  }

  async #quickInput(key, text) {
    await this.page.keyboard.press(key)
    const input = this.page.locator('.quick-input-widget .quick-input-box input').first()
    await input.waitFor()
    await input.fill(text)
    return input
  }

  /** Runs a command from the palette, by its title. */
  async command(title) {
    const input = await this.#quickInput('F1', `>${title}`)
    const row = this.page.locator('.quick-input-list .monaco-list-row').first()
    const label = () => row.getAttribute('aria-label').catch(() => '') // the list is drawn anew while one looks
    // What is offered is decided when one types: in a window that has just been opened, without what is still to come.
    await this.until(async () => {
      for (let i = 0; i < 20; i++, await sleep(100)) if ((await label())?.includes(title)) return true
      await input.fill('>')
      await input.fill(`>${title}`)
    }, `the command ${title}`, 20_000)
    await this.page.keyboard.press('Enter')
    // The command may have a question of its own in the same place.
    await this.page.locator('.quick-input-box input[placeholder*="name of a command"]').waitFor({ state: 'hidden' })
  }

  /** Puts the cursor there; both count from 1. */
  async goTo(line, column = 1) {
    const input = await this.#quickInput('Control+G', `:${line}:${column}`)
    await this.page.keyboard.press('Enter')
    await input.waitFor({ state: 'hidden' })
    // Keys pressed before the editor has its focus back are lost.
    await this.page.locator('.editor-instance .monaco-editor.focused').waitFor()
    await this.until(async () => (await this.statusBar()).some((s) => s.startsWith(`Ln ${line}, `)), `the cursor in line ${line}`)
  }

  /** The text of the hover at a place. */
  async hover(line, column) {
    await this.goTo(line, column)
    await this.page.keyboard.press('Control+K')
    await this.page.keyboard.press('Control+I')
    const box = this.page.locator('.monaco-hover:not(.hidden) .monaco-hover-content').first()
    await box.waitFor({ timeout: 10_000 })
    return (await box.innerText()).trim()
  }

  /** Picks a code action at the cursor from the menu that Ctrl+. opens. */
  async quickFix(title) {
    const row = this.page.locator('.action-widget .monaco-list-row.action', { hasText: title })
    await this.until(async () => { // empty while diagnostics are stale; a second Ctrl+. in an open menu would accept
      await this.page.keyboard.press('Control+.')
      return row.waitFor({ timeout: 8000 }).then(() => true, () => this.page.keyboard.press('Escape'))
    }, `the code action ${title}`)
    const focused = this.page.locator('.action-widget .monaco-list-row.action.focused', { hasText: title })
    for (let i = 0; i < 50 && await focused.count() === 0; i++) {
      await this.page.keyboard.press('ArrowDown') // in older versions an overlay takes clicks
    }
    await this.page.keyboard.press('Enter')
    await row.waitFor({ state: 'hidden' })
  }

  /** Types into the box that asks for something. */
  async answer(title, text) {
    const box = this.page.locator('.quick-input-widget', { hasText: title })
    await this.until(() => box.isVisible(), `the box "${title}"`)
    await box.locator('.quick-input-box input').first().fill(text)
    await this.page.keyboard.press('Enter')
    await box.waitFor({ state: 'hidden' })
  }

  /** Closes a notification without an answer. */
  async dismiss(part) {
    const toast = this.page.locator('.notification-toast', { hasText: part })
    await toast.hover()
    await toast.locator('.codicon-notifications-clear').first().click()
    await toast.waitFor({ state: 'hidden' })
  }

  /** Looks at the hints of lines in every frame. What it gives ends that and tells what was seen: for each line by its text, each state once. */
  async recordHints(texts) {
    await this.page.evaluate(`window.readLines = ${readLines}`)
    await this.page.evaluate((texts) => {
      const record = (window.hintRecord = { frames: 0, states: Object.fromEntries(texts.map((text) => [text, []])), on: true })
      const look = () => {
        if (!record.on) return
        record.frames++
        for (const line of window.readLines()) {
          const seen = record.states[line.text]
          const state = JSON.stringify(line.hints)
          if (seen && !seen.includes(state)) seen.push(state)
        }
        requestAnimationFrame(look)
      }
      look()
    }, texts)
    return () => this.page.evaluate(() => {
      window.hintRecord.on = false
      return window.hintRecord
    })
  }

  async clickLens(title) {
    const lens = this.page.locator('.codelens-decoration a', { hasText: title }).first()
    await this.until(async () => {
      // What the pointer comes to rest on, as lines move, shows a hover, which can lie over the lens.
      const { width, height } = this.page.viewportSize()
      await this.page.mouse.move(width / 2, height - 150)
      return lens.click({ timeout: 4000 }).then(() => true, () => false)
    }, `a click on the lens ${title}`)
  }

  /** What the active editor shows, a row a line: text as in the file, and the hints drawn into it. */
  lines() {
    return this.page.evaluate(readLines)
  }

  codeLenses() {
    return this.page.evaluate(() => [...document.querySelectorAll('.codelens-decoration')]
      .filter((lens) => lens.style.display !== 'none')
      .sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
      .map((lens) => lens.textContent.replaceAll('\u00a0', ' ').trim()))
  }

  /** Counts of underlines in the visible editor, by severity. */
  squiggles() {
    return this.page.evaluate(() => Object.fromEntries(['error', 'warning', 'info', 'hint']
      .map((severity) => [severity, document.querySelectorAll(`.view-overlays .squiggly-${severity}`).length])))
  }

  statusBar() {
    return this.page.evaluate(() => [...document.querySelectorAll('.statusbar .statusbar-item')]
      .map((item) => (item.getAttribute('aria-label') ?? item.textContent).trim()).filter(Boolean))
  }

  /** Toasts on the screen; `progress` is a percentage, true where it is endless, null where there is none. */
  notifications() {
    return this.page.evaluate(() => [...document.querySelectorAll('.notification-toast .monaco-list-row')].map((toast) => {
      const text = (part) => toast.querySelector(`.notification-list-item-${part}`)?.textContent.trim() || null
      const bar = toast.querySelector('.monaco-progress-container.active')
      const share = bar?.classList.contains('discrete') ? Math.round(bar.getAttribute('aria-valuenow')) : true
      return {
        message: text('message'),
        source: text('source'),
        buttons: [...toast.querySelectorAll('.monaco-text-button')].map((button) => button.textContent.trim()),
        progress: bar ? share : null,
      }
    }))
  }

  /** The document inside a webview: its innermost frame, once its body has content. */
  webview(ms = 20_000) {
    return this.until(async () => {
      for (const frame of this.page.frames()) {
        if (!/[?&]vscode-resource-base-authority=|\/fake\.html|webview/.test(frame.url())) continue
        for (const inner of frame.childFrames()) {
          if (await inner.evaluate(() => !!document.body?.children.length).catch(() => false)) return inner
        }
      }
      return null
    }, 'a webview', ms)
  }
}

/** Runs in the page. */
function readLines() {
  const clean = (text) => text.replace(/\u00a0/g, ' ').replace(/[\u200b-\u200d\u2060]/g, '')
  const editor = document.querySelector('.editor-group-container.active .editor-instance') ?? document.querySelector('.editor-instance')
  const rows = [...(editor?.querySelectorAll('.view-lines .view-line') ?? [])]
  rows.sort((a, b) => parseFloat(a.style.top) - parseFloat(b.style.top))
  return rows.map((row) => {
    const line = { text: '', hints: [] }
    for (const span of row.querySelectorAll(':scope > span > span')) {
      // Injected text carries a class of a rule that is made at run time.
      if (/\bdyn-rule-/.test(span.className)) line.hints.push({ at: line.text.length, label: clean(span.textContent) })
      else line.text += clean(span.textContent)
    }
    return line
  })
}
