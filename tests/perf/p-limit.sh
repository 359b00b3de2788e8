#!/usr/bin/env bash
# Agents in Node with p-limit, without a journal: prints time, CPU and the most memory, to stand beside the figures of our drivers, which call this.
# Arguments are the number of agents and the milliseconds each takes; without them, both of the drivers' workloads. p-limit is installed in a
# folder that is gone afterwards, at the version in package-lock.json.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$here/p-limit.mjs" "$work"
cd "$work"
npm ci --silent --no-audit --no-fund --ignore-scripts
if [ $# -gt 0 ]; then
  node p-limit.mjs "$@"
else
  node p-limit.mjs 1000 20
  node p-limit.mjs 100000 0
fi
