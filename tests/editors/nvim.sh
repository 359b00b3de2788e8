#!/usr/bin/env bash
# Drives the plugin and the server in real Neovims, installed into ~/.cache/editors on the first call.
#
#   nvim.sh [VERSION…]      default: 0.12 0.10
#
# CALLSHEET_BIN names the server's program; by default the newest of those in target/. Needs tmux, and patchelf to install.
# The last line is `N passed, N failed`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
root=$(cd "$here/../.." && pwd -P)
# shellcheck source=screen.sh
. "$here/screen.sh"
# shellcheck source=server.sh
. "$here/server.sh"
versions=("$@")
[ $# -gt 0 ] || versions=(0.12 0.10)

work=$(mktemp -d)
trap 'screen_close; rm -rf "$work"' EXIT
mkdir -p "$work"/{bin,home,pack/user/start}
ln -s "$(realpath "$server")" "$work/bin/callsheet"
ln -s "$root/editors/nvim" "$work/pack/user/start/callsheet"

passed=0 failed=0
count() { passed=$((passed + $1)) failed=$((failed + $2)); }

# Takes over the environment of a person whose PATH has callsheet on it, and whose Neovim has one plugin.
prepare() {
  nvim=$("$here/install/neovim.sh" "$1")
  rm -rf "$work/workspace"
  cp -r "$here/workspace" "$work/workspace"
  user=(env "HOME=$work/home" "XDG_STATE_HOME=$work/home/state" "PATH=$work/bin:$PATH" LANG=C.UTF-8
    "$nvim" --clean --cmd "set packpath^=$work noswapfile shada=")
}

ask_neovim() {
  local answer
  answer=$(cd "$work/workspace" && timeout 300 "${user[@]}" --headless -c "luafile $here/nvim/cases.lua" 2>"$work/stderr") ||
    cat "$work/stderr"
  echo "$answer"
  # shellcheck disable=SC2046  # two numbers
  count $(sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' <<< "$answer" | grep . || echo 0 1)
}

# look NAME COMMAND…: one thing that a person does and sees.
look() {
  if "${@:2}"; then
    echo "ok    $1"; count 1 0
  else
    echo "FAIL  $1"; count 0 1
  fi
}
hints_and_lenses_are_drawn() {
  screen_open "$work/workspace" "${user[@]}" .claude/workflows/review.js
  screen_until 20 '▶ Run' 'Dry run' '×3' '×0..9'
}
hints_keep_their_place_behind_wide_characters() {
  screen_open "$work/workspace" "${user[@]}" wide.workflow.js
  screen_until 20 '👩' '你好' 'await agent(greeting) ×1'
}
run_draws_the_tree() {
  screen_open "$work/workspace" "${user[@]}" .claude/workflows/review.js
  screen_until 20 '▶ Run' || return
  screen_type ':CallsheetRun' Enter
  screen_until 20 '✓ review · done' 'Review  3/3' 'security · done' '▶ Run | Dry run | '
}
stop_is_drawn() {
  screen_open "$work/workspace" "${user[@]}" slow.workflow.js
  screen_until 20 '▶ Run'
  screen_type ':Callsheet dry' Enter
  screen_until 20 '● slow · running' 'step 2' '■ Stop' || return
  screen_type ':Callsheet stop' Enter
  screen_until 20 '■ slow · stopped' '▶ Run'
}

for version in "${versions[@]}"; do
  prepare "$version"
  echo "Neovim $version: $("$nvim" --version | head -1)"
  look 'the help has the commands' "$nvim" --clean --headless -l "$root/editors/nvim/help.lua" --check
  ask_neovim
  look 'on the screen: hints and lenses' hints_and_lenses_are_drawn
  look 'on the screen: a hint behind emoji and wide characters' hints_keep_their_place_behind_wide_characters
  look 'on the screen: the tree of a run' run_draws_the_tree
  look 'on the screen: a run is stopped' stop_is_drawn
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
