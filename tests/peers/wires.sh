#!/usr/bin/env bash
# Every wire format at a mock of all providers that is not ours: text that is cut between the halves of a character, an answer in a schema that
# has to be mended, usage to the token. With `litellm` as argument all of it once more through LiteLLM's proxy, which needs `pip` and a minute.
set -euo pipefail
source "$(dirname "$0")/serve.sh"

models=(anthropic:claude-sonnet-5-5 openai:gpt-6-sol openai-compatible:gpt-6-sol gemini:gemini-4-argon)
export ANTHROPIC_BASE_URL=$mock OPENAI_BASE_URL=$mock/v1 GOOGLE_GEMINI_BASE_URL=$mock
for model in "${models[@]}"; do
  expect "$model" '{"result":{"text":"naïve wörld in two 🚀, and on.","shaped":{"n":7}},"usage":[61,12]}' \
    "$here/wires.workflow.js" --model "$model" --args '{"prompt":"cut in pieces"}'
done

if [ "${1:-}" = litellm ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q 'litellm[proxy]==1.108.7'
  cat > "$work/litellm.yaml" << YAML
model_list:
  - model_name: claude-sonnet-5-5
    litellm_params: {model: anthropic/claude-sonnet-5-5, api_base: "$mock", api_key: none}
  - model_name: gpt-6-sol
    litellm_params: {model: openai/gpt-6-sol, api_base: "$mock/v1", api_key: none}
litellm_settings: {drop_params: true, telemetry: false}
YAML
  proxy=http://127.0.0.1:$((port + 1))
  LITELLM_MASTER_KEY=sk-peers LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY=true LITELLM_LOCAL_MODEL_COST_MAP=True \
    "$work/venv/bin/litellm" --config "$work/litellm.yaml" --host 127.0.0.1 --port $((port + 1)) > "$work/litellm.log" 2>&1 &
  servers+=($!)
  await "$proxy/health/liveliness"
  export ANTHROPIC_BASE_URL=$proxy OPENAI_BASE_URL=$proxy/v1 ANTHROPIC_API_KEY=sk-peers OPENAI_API_KEY=sk-peers
  # Python cannot pass on half a character, so what is asked here is plain.
  for model in "${models[@]:0:3}"; do
    expect "$model through LiteLLM" '{"result":{"text":"a plain answer in several pieces of text","shaped":{"n":7}},"usage":[61,12]}' \
      "$here/wires.workflow.js" --model "$model" --args '{"prompt":"plain"}'
  done
fi
