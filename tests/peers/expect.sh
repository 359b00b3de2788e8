# Sourced: a folder for this run, servers that are gone at the end, and what is expected of a script.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$(realpath "${CALLSHEET_BIN:-$here/../../target/debug/callsheet}")
work=$(mktemp -d)
port=${PEERS_PORT:-14010}
servers=()
trap 'kill "${servers[@]}" 2> /dev/null || true; rm -rf "$work"' EXIT

# Waits until an address answers at all, a minute or as many fifths of a second as given.
await() {
  for _ in $(seq "${2:-300}"); do
    curl -s -o /dev/null "$1" && return
    sleep 0.2
  done
  echo "nobody answers at $1" >&2
  exit 1
}

# Runs a script and compares the last line with what is expected of it.
expect() {
  local what=$1 expected=$2 got
  shift 2
  got=$(cd "$work" && "$bin" run "$@" --json | tail -1)
  if ! node -e '
    const [what, expected, got] = process.argv.slice(1)
    const { result, totals, message } = JSON.parse(got)
    const shown = JSON.stringify({ result, usage: totals && [totals.usage.input, totals.usage.output] })
    if (shown !== expected) { console.error(`${what}: ${shown}${message ?? ""}\n  expected ${expected}`); process.exit(1) }
  ' "$what" "$expected" "$got"; then
    exit 1
  fi
  echo "ok: $what"
}
