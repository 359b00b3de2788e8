# shellcheck shell=bash
# Sets `server` to the program under test; to be sourced, with `root` set.
server=${CALLSHEET_BIN:-}
for built in "$root"/target/{debug,release}/callsheet; do
  if [ -z "${CALLSHEET_BIN:-}" ] && [ -x "$built" ] && [ "$built" -nt "$server" ]; then server=$built; fi
done
[ -x "$server" ] || { echo 'no callsheet program: cargo build, or set CALLSHEET_BIN' >&2; exit 2; }
