#!/usr/bin/env bash
# Every wire format at a mock of all providers that is not ours: text that is cut between the halves of a character, an answer in a schema that
# has to be mended, usage to the token. `litellm.sh` has all of it once
# more through a proxy.
set -euo pipefail
source "$(dirname "$0")/serve.sh"

models=(anthropic:claude-sonnet-5-5 openai:gpt-6-sol openai-compatible:gpt-6-sol gemini:gemini-4-argon)
export ANTHROPIC_BASE_URL=$mock OPENAI_BASE_URL=$mock/v1 GOOGLE_GEMINI_BASE_URL=$mock
for model in "${models[@]}"; do
  expect "$model" '{"result":{"text":"naïve wörld in two 🚀, and on.","shaped":{"n":7}},"usage":[61,12]}' \
    "$here/wires.workflow.js" --model "$model" --args '{"prompt":"cut in pieces"}'
done
