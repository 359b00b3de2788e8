#!/usr/bin/env bash
# llama.cpp's own server, and a model of random weights: what it says is noise, so an answer that satisfies its schema the first time shows that the
# server was asked in a way it understands, and held the model to it. What is installed is a wheel of 34 MB, so this takes half a minute.
set -euo pipefail
source "$(dirname "$0")/expect.sh"

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check xllamacpp==2026.10.11549 gguf==0.19.0
"$work/venv/bin/python" "$here/llama/noise.py" "$work/noise.gguf"
"$work/venv/bin/python" "$here/llama/serve.py" "$work/noise.gguf" "$port" 2> "$work/llama.log" &
servers+=($!)
export OPENAI_BASE_URL=http://127.0.0.1:$port/v1
await "$OPENAI_BASE_URL/models"

(cd "$work" && "$bin" run "$here/llama.workflow.js" --model openai-compatible:noise --json) > "$work/events" || true
# The same questions, answered whole: what our adapter counted of the streams is what the server says of these.
node --input-type=module - "$work/events" "$OPENAI_BASE_URL" << 'JS'
import { readFileSync } from 'node:fs'
import { deepEqual, throws } from 'node:assert/strict'
const [path, base] = process.argv.slice(2)
const events = readFileSync(path, 'utf8').trim().split('\n').map(JSON.parse)
const { noise, answered } = events.at(-1).result
throws(() => JSON.parse(noise), 'without a schema it is noise')
deepEqual(answered, ['bounds', 'words', 'list', 'either'])
deepEqual(events.filter(({ type, reason }) => type === 'agentRetried' && reason.includes('schema')), [], 'every answer satisfied its schema at once')
for (const { call, prompt, label, schema } of events.filter(({ type, schema }) => type === 'agentQueued' && schema)) {
  const { usage, result } = events.find((event) => event.type === 'agentDone' && event.call === call)
  const body = { messages: [{ role: 'user', content: prompt }], response_format: { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } } }
  const answer = await (await fetch(`${base}/chat/completions`, { method: 'POST', body: JSON.stringify(body) })).json()
  deepEqual(JSON.parse(answer.choices[0].message.content), result)
  deepEqual([usage.input, usage.output], [answer.usage.prompt_tokens, answer.usage.completion_tokens], label)
  console.log(`ok: ${label}: ${JSON.stringify(result)}, the same tokens streamed and whole`)
}
JS
