#!/usr/bin/env bash
# Installs VS Code, as the npm package code-server with the Node.js it wants, into ~/.cache/editors and prints the path of its launcher.
#
#   code-server.sh [VERSION]      default 4.139.1 = VS Code 1.139.1; 4.99.4 = VS Code 1.99.3
#
# Needs npm, make, g++ and python3. Compiles only the native modules that the server loads when it starts: the others serve
# Kerberos proxies and the built-in agent host.
set -euo pipefail
version=${1:-4.139.1}
dest=${XDG_CACHE_HOME:-$HOME/.cache}/editors/code-server-$version
launcher=$dest/code-server
if [ "$("$launcher" --version 2>/dev/null | cut -d' ' -f1)" = "$version" ]; then
  echo "$launcher"
  exit
fi
# `yes`, as old node-pty calls npx in its install script.
export npm_config_loglevel=error npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false npm_config_yes=true
case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) echo "no Node.js package for $(uname -m)" >&2; exit 1 ;;
esac

# install FOLDER PACKAGE: the package pins every dependency itself; its scripts are run below.
install() {
  mkdir -p "$1"
  (cd "$1" && { [ -f package.json ] || echo '{"private":true}' > package.json; } && npm install --ignore-scripts --no-save "$2" >&2)
}
install "$dest" "code-server@$version"
code=$dest/node_modules/code-server
major=$(sed -n 's/.*"node": *"[^0-9]*\([0-9]*\).*/\1/p' "$code/package.json" | head -1)
install "$dest/node" "node-linux-$arch@$major" # a folder of its own: npm prunes what is in no tree
node=$dest/node/node_modules/node-linux-$arch
export PATH=$node/bin:$PATH npm_config_nodedir=$node
for folder in "$code/lib/vscode" "$code/lib/vscode/extensions"; do
  (cd "$folder" && npm install --ignore-scripts --omit=dev >&2)
done

log=$dest/native-build.log
rebuild() {
  (cd "$1" && npm rebuild --foreground-scripts "${@:2}") >> "$log" 2>&1 || { tail -30 "$log" >&2; exit 1; }
}
: > "$log"
rebuild "$dest" argon2
rebuild "$code/lib/vscode" @vscode/spdlog @vscode/native-watchdog native-watchdog node-pty @parcel/watcher
printf '#!/bin/sh\nexec "%s/bin/node" "%s/out/node/entry.js" "$@"\n' "$node" "$code" > "$launcher"
chmod +x "$launcher"
"$launcher" --version >&2
echo "$launcher"
