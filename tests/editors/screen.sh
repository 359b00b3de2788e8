# shellcheck shell=bash
# A terminal of 120×40 with one program in it, in a tmux of its own; to be sourced. Nothing of the user's tmux is touched.

screen_dir=$(mktemp -d)
screen_number=0
screen_tmux() { LC_ALL=C.UTF-8 tmux -S "$screen_dir/$screen_number" -f "$screen_dir/conf" "$@"; }

# screen_open FOLDER PROGRAM ARGUMENT…: starts a program, given with its environment by env(1).
screen_open() {
  # A program that ends at once stays on the screen with what it said.
  printf 'set -g status off\nset -g remain-on-exit on\nset -g default-terminal tmux-256color\n' > "$screen_dir/conf"
  screen_tmux kill-server 2>/dev/null || true
  screen_number=$((screen_number + 1)) # a socket of its own: the old server may take a while to go
  screen_tmux new-session -d -x 120 -y 40 -c "$1" -- "${@:2}"
}

# screen_type KEYS…: presses keys, named as tmux does (Enter, Escape, C-c) or as text.
screen_type() {
  local keys
  for keys in "$@"; do
    screen_tmux send-keys "$keys"
    sleep 0.1
  done
}

screen_text() { screen_tmux capture-pane -p; }

# screen_until SECONDS TEXT…: waits until all the texts are on the screen at once; else shows the screen and fails.
screen_until() {
  local seconds=$1 try text screen
  shift
  for ((try = 0; try < seconds * 10; try++)); do
    screen=$(screen_text)
    for text in "$@"; do
      grep -qF -- "$text" <<< "$screen" || { sleep 0.1; continue 2; }
    done
    return 0
  done
  printf 'not on the screen after %s s: %s\n%s\n' "$seconds" "$text" "$screen" >&2
  return 1
}

screen_close() {
  screen_tmux kill-server 2>/dev/null || true
  rm -rf "$screen_dir"
}
