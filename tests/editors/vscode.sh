#!/usr/bin/env bash
# Tests the run view and the VS Code extension: their units, the view in a real browser, and the packaged extension with the server in
# real VS Codes, installed into ~/.cache/editors on the first call.
#
#   vscode.sh [VERSION…]      default: 4.139.1 4.99.4 (VS Code 1.139 and 1.99); `none` leaves VS Code out
#
# CALLSHEET_BIN names the server's program; by default the newest of those in target/. SHOTS names a folder for pictures. Needs Chromium
# (apt-get install chromium, or CHROMIUM), npm, and to install VS Code make, g++ and python3. The last line is `N passed, N failed`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
versions=("$@")
[ $# -gt 0 ] || versions=(4.139.1 4.99.4)
export npm_config_fund=false npm_config_audit=false npm_config_loglevel=error npm_config_update_notifier=false

command -v "${CHROMIUM:-chromium}" > /dev/null || { echo 'no Chromium: apt-get install chromium, or set CHROMIUM' >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

passed=0 failed=0
# suite NAME COMMAND…: runs a node:test program and counts its cases; what failed is shown.
suite() {
  echo "# $1"
  "${@:2}" > "$work/tap" 2>&1 || true
  local ok bad
  ok=$(sed -nE 's/^# pass ([0-9]+)$/\1/p' "$work/tap")
  bad=$(sed -nE 's/^# fail ([0-9]+)$/\1/p' "$work/tap")
  if [ -z "$ok" ] || [ "$bad" != 0 ]; then cat "$work/tap"; fi
  grep -E '^# a frame' "$work/tap" || true
  passed=$((passed + ${ok:-0})) failed=$((failed + ${bad:-1}))
}
# one NAME COMMAND…: one check that is not a node:test program.
one() {
  if "${@:2}" > "$work/out" 2>&1; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAIL  $1"; cat "$work/out"
  fi
}
tap() { node --test --test-reporter=tap "$@"; }

for folder in "$root/editors/view" "$root/editors/vscode" "$here/vscode"; do
  [ -d "$folder/node_modules" ] || (cd "$folder" && npm ci --no-progress)
done
cd "$root/editors/view"
one 'the view has no type errors' npx tsc --noEmit
one 'the committed bundle of the view is that of its sources' node build.mjs --check
node build.mjs --tests
suite 'the view: units' tap test/built/*.test.mjs
suite 'the view: in a browser' tap test/page.test.mjs
# shellcheck source=server.sh
. "$here/server.sh"
CALLSHEET_BIN=$(realpath "$server") suite 'reports: in a browser' tap test/report.test.mjs
cd "$root/editors/vscode"
one 'the extension has no type errors' npx tsc --noEmit
node build.mjs --tests
suite 'the extension: units' tap test/built/*.test.mjs
one 'the extension can be packaged' npm run package

if [ "${versions[0]}" != none ]; then
  for version in "${versions[@]}"; do
    launcher=$("$here/install/code-server.sh" "$version" | tail -1)
    LAUNCHER=$launcher SERVER=$(realpath "$server") VSIX=$root/editors/vscode/callsheet.vsix SHOTS=${SHOTS:-$work/shots}/$version \
      suite "VS Code in code-server $version" tap "$here/vscode/cases.test.js"
  done
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
