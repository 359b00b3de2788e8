#!/usr/bin/env bash
# By hand: the same work in alexzhang13/rlm (PyPI `rlms`, in a venv outside of the tree) and here, one after the other on this machine.
# Mock models on both sides, so what is compared is machinery: overhead, memory, and what becomes of hostile cells. `True` is what one wants.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=${RLMS_VENV:-/tmp/callsheet-rlms}
[ -x "$venv/bin/python" ] || { python3 -m venv "$venv"; "$venv/bin/pip" install -q "rlms==${RLMS_VERSION:-0.1.3}"; }
echo "== rlms $("$venv/bin/pip" show rlms | sed -n 's/^Version: //p'), $(uptime | sed 's/.*load/load/')"
"$venv/bin/python" "$here/recursive.py"
echo "== callsheet $(git -C "$here" rev-parse --short HEAD), $(uptime | sed 's/.*load/load/')"
cd "$here/../.."
cargo test --release --workspace --test all -- perf::peer --ignored --nocapture --test-threads 1 2>/dev/null |
  sed 's/^test .* \.\.\. //' | grep -E ' ms$| s, |(True|False)$'
