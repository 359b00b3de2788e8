# Sourced: a mock of every provider at $mock, gone at the end.

source "$(dirname "${BASH_SOURCE[0]}")/expect.sh"
mock=http://127.0.0.1:$port

[ -d "$here/node_modules/@copilotkit/aimock" ] || npm --prefix "$here" ci --ignore-scripts --no-audit --no-fund > /dev/null
"$here/node_modules/.bin/llmock" -p "$port" -h 127.0.0.1 -f "$here/fixtures" --validate-on-load --log-level warn &
servers+=($!)
await "$mock/v1/models"
