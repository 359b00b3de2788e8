#!/usr/bin/env bash
# Installs Neovim 0.10 or 0.12 into ~/.cache/editors and prints the path of its program.
#
#   neovim.sh 0.10|0.12
set -euo pipefail
case ${1:-} in
  0.10) suite=trixie ;;
  0.12) suite=forky ;;
  *) echo 'usage: neovim.sh 0.10|0.12' >&2; exit 2 ;;
esac
dest=${XDG_CACHE_HOME:-$HOME/.cache}/editors/nvim-$suite
nvim=$dest/usr/bin/nvim
"$nvim" --version >/dev/null 2>&1 || "$(dirname "$0")/debroot.sh" "$suite" "$dest" neovim usr/bin/nvim >&2
echo "$nvim"
