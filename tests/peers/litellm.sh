#!/usr/bin/env bash
# Every wire format through LiteLLM's proxy, on top of the mock: what it makes of our requests, and that an answer takes the same tokens streamed and
# whole. It is large: three quarters of a gigabyte, minutes to install. LITELLM names a program that is there already.
set -euo pipefail
source "$(dirname "$0")/serve.sh"

if [ -z "${LITELLM:-}" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q 'litellm[proxy]==1.108.7'
  LITELLM=$work/venv/bin/litellm
fi
cat > "$work/litellm.yaml" << YAML
model_list:
  - model_name: claude-sonnet-5-5
    litellm_params: {model: anthropic/claude-sonnet-5-5, api_base: "$mock", api_key: none}
  - model_name: gpt-6-sol
    litellm_params: {model: openai/gpt-6-sol, api_base: "$mock/v1", api_key: none}
  - model_name: gemini-4-argon
    litellm_params: {model: gemini/gemini-4-argon, api_base: "$mock/v1beta", api_key: none}
litellm_settings: {drop_params: true, telemetry: false}
YAML
proxy=http://127.0.0.1:$((port + 1))
key=sk-peers
LITELLM_MASTER_KEY=$key LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY=true LITELLM_LOCAL_MODEL_COST_MAP=True \
  "$LITELLM" --config "$work/litellm.yaml" --host 127.0.0.1 --port $((port + 1)) > "$work/litellm.log" 2>&1 &
servers+=($!)
await "$proxy/health/liveliness" 1500

export ANTHROPIC_BASE_URL=$proxy OPENAI_BASE_URL=$proxy/v1 GOOGLE_GEMINI_BASE_URL=$proxy
export ANTHROPIC_API_KEY=$key OPENAI_API_KEY=$key GEMINI_API_KEY=$key
# Python cannot pass on half a character, so what is asked here is plain.
for model in anthropic:claude-sonnet-5-5 openai:gpt-6-sol openai-compatible:gpt-6-sol gemini:gemini-4-argon; do
  expect "$model through LiteLLM" '{"result":{"text":"a plain answer in several pieces of text","shaped":{"n":7}},"usage":[61,12]}' \
    "$here/wires.workflow.js" --model "$model" --args '{"prompt":"plain"}'
done

# The same question, answered whole: what our adapters counted of the stream is what the proxy says of this.
whole() {
  local what=$1 path=$2 body=$3 input=$4 output=$5 got
  got=$(curl -sS "$proxy$path" -H "authorization: Bearer $key" -H "x-goog-api-key: $key" -H 'anthropic-version: 2023-06-01' -H 'content-type: application/json' -d "$body")
  if ! node -e '
    const [what, got, input, output] = process.argv.slice(1)
    const at = (path) => path.split(".").reduce((value, key) => value?.[key], JSON.parse(got))
    if (at(input) !== 11 || at(output) !== 5) { console.error(`${what}: ${got}`); process.exit(1) }
  ' "$what" "$got" "$input" "$output"; then
    exit 1
  fi
  echo "ok: $what whole, the same tokens"
}
turns='[{"role":"user","content":"plain"}]'
whole anthropic /v1/messages "{\"model\":\"claude-sonnet-5-5\",\"max_tokens\":99,\"messages\":$turns}" usage.input_tokens usage.output_tokens
whole openai /v1/responses "{\"model\":\"gpt-6-sol\",\"input\":$turns}" usage.input_tokens usage.output_tokens
whole openai-compatible /v1/chat/completions "{\"model\":\"gpt-6-sol\",\"messages\":$turns}" usage.prompt_tokens usage.completion_tokens
whole gemini /v1beta/models/gemini-4-argon:generateContent '{"contents":[{"role":"user","parts":[{"text":"plain"}]}]}' \
  usageMetadata.promptTokenCount usageMetadata.candidatesTokenCount
