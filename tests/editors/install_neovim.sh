#!/usr/bin/env bash
# install_neovim.sh FOLDER: puts a Neovim of 0.11 or newer into FOLDER/bin, as root on Debian. Stable Debian's own is
# older, so it comes from sid, with sid's C library beside it; nothing of the system is changed. 15 s, 60 MB.
set -euo pipefail
mkdir -p "$1"
home=$(cd "$1" && pwd)
apt=$home/apt
mkdir -p "$apt"/{preferences,lists/partial,cache/archives/partial,state}
: >"$apt/status" # nothing counts as installed: the packages come with all that they need
sources=/etc/apt/sources.list.d/debian.sources
if [[ -f $sources ]]; then
  sid=$apt/sid.sources
  awk 'BEGIN { RS = "" } !done && /Suites: [a-z]+/ && !/security/ { sub(/Suites:[^\n]*/, "Suites: sid"); print; done = 1 }' \
    "$sources" >"$sid"
else # as Debian's installer writes it
  sid=$apt/sid.list
  awk '!done && /^deb .*debian\/? / { for (i = 2; $i !~ /:\/\//; i++); print "deb", $i, "sid main"; done = 1 }' \
    /etc/apt/sources.list >"$sid"
fi
cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$sid";
Dir::Etc::sourceparts "-";
Dir::Etc::preferencesparts "$apt/preferences";
Dir::State "$apt/state";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
APT::Sandbox::User "root";
APT::Install-Recommends "0";
CONF
export APT_CONFIG=$apt/apt.conf
apt-get -qq update
apt-get -qq --yes --download-only install neovim >/dev/null
unset APT_CONFIG
for package in "$apt"/cache/archives/*.deb; do dpkg -x "$package" "$home/root"; done
rm -r "$apt"
library=$(dirname "$(find "$home/root/usr/lib" -name 'libc.so.6' | head -1)")
loader=$(find "$library" -name 'ld-linux-*' | head -1)
# Only this program gets sid's C library: what it starts keeps the system's.
patchelf --set-interpreter "$loader" --set-rpath "$library" "$home/root/usr/bin/nvim"
mkdir -p "$home/bin"
printf '#!/bin/sh\nexport VIMRUNTIME=%q\nexec %q "$@"\n' \
  "$home/root/usr/share/nvim/runtime" "$home/root/usr/bin/nvim" >"$home/bin/nvim"
chmod +x "$home/bin/nvim"
"$home/bin/nvim" --version | head -1
