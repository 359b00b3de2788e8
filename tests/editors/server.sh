# shellcheck shell=bash
# Sets `server` to the program under test; to be sourced, with `root` set.
server=${CALLSHEET_BIN:-$(find "$root"/target/{release,debug}/callsheet -printf '%T@ %p\n' 2>/dev/null | sort -rn | sed -n '1s/^[^ ]* //p')}
[ -x "$server" ] || { echo 'no callsheet program: cargo build, or set CALLSHEET_BIN' >&2; exit 2; }
