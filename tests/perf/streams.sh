#!/usr/bin/env bash
# A thousand streamed calls at once over HTTP, ours and Node's, at a server in a process of its own. Prints figures: CPU and the most memory of the
# client. Ours is the whole program: script, scheduler, journal on disk; what runs the script is a process beside it, which `time` counts as waited for.
# CALLSHEET_BIN is a release program; arguments are calls, pieces of an answer, and milliseconds between them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$(realpath "${CALLSHEET_BIN:-$here/../../target/release/callsheet}")
calls=${1:-1000} pieces=${2:-50} apart=${3:-40}
work=$(mktemp -d)
trap 'kill $server 2> /dev/null || true; rm -rf "$work"' EXIT
ulimit -n "$(ulimit -Hn)"

node "$here/stream-server.mjs" "$pieces" "$apart" > "$work/port" &
server=$!
until [ -s "$work/port" ]; do sleep 0.1; done
base=http://127.0.0.1:$(cat "$work/port")/v1

cat > "$work/streams.workflow.js" << JS
export const meta = { name: 'streams', description: 'Many streamed calls at once' }
const texts = await parallel(Array.from({ length: $calls }, (_, n) => () => agent(\`call \${n}\`)))
return texts.filter((text) => text?.length === texts[0].length).length
JS

measure() {
  local what=$1
  shift
  (cd "$work" && /usr/bin/time -f '%e s, %U s user, %S s system, %M KiB' -o "$work/took" "$@" > "$work/out" 2> "$work/err")
  echo "$what: $(cat "$work/took")"
}
for round in 1 2 3; do
  measure "callsheet $round" "$bin" run streams.workflow.js --model openai-compatible:m --base-url "$base" --concurrency "$calls" --max-agents "$calls" --json
  tail -1 "$work/out" | grep -q "\"result\":$calls," || { tail -1 "$work/out"; cat "$work/err"; exit 1; }
  measure "node $round     " node "$here/streams.mjs" "$base" "$calls"
done
echo "at once, as the server saw it: $(curl -s "${base%/v1}")"
