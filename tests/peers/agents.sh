#!/usr/bin/env bash
# Real agents that speak the Agent Client Protocol, on a mock of their provider: text, and an answer in a schema by our tool. They are large: half a
# gigabyte. As root Claude's agent wants to hear that it is in a sandbox.
set -euo pipefail
source "$(dirname "$0")/serve.sh"

npm --prefix "$work" install --no-audit --no-fund \
  opencode-ai@1.18.33 @agentclientprotocol/claude-agent-acp@0.49.0 @google/gemini-cli@0.61.0 > /dev/null
export PATH=$work/node_modules/.bin:$PATH HOME=$work/home
mkdir -p "$HOME"

cat > "$work/opencode.json" << JSON
{
  "provider": {
    "mock": {
      "npm": "@ai-sdk/openai-compatible",
      "options": { "baseURL": "$mock/v1", "apiKey": "none" },
      "models": { "m": { "tool_call": true } }
    }
  },
  "model": "mock/m",
  "small_model": "mock/m",
  "autoupdate": false,
  "share": "disabled"
}
JSON
result='{"result":{"text":"naïve wörld in two 🚀, and on.","shaped":{"n":7}}'
# Its count is of the last turn only.
OPENCODE_CONFIG=$work/opencode.json expect opencode "$result,\"usage\":[71,7]}" \
  "$here/agents.workflow.js" --model acp:opencode --args '{"agent":"opencode"}'
IS_SANDBOX=1 ANTHROPIC_BASE_URL=$mock ANTHROPIC_API_KEY=none expect claude "$result,\"usage\":[121,16]}" \
  "$here/agents.workflow.js" --model acp:claude --args '{"agent":"claude"}'
# It starts tools of others only in a folder it was told to trust.
GEMINI_CLI_TRUST_WORKSPACE=true GOOGLE_GEMINI_BASE_URL=$mock GEMINI_API_KEY=none GEMINI_MODEL=gemini-4-argon \
  expect gemini "$result,\"usage\":[121,16]}" "$here/agents.workflow.js" --model acp:gemini --args '{"agent":"gemini"}'
