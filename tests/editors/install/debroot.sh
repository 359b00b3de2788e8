#!/usr/bin/env bash
# Unpacks packages of another Debian suite into a folder and makes programs in it run on this host: no chroot, no change to
# the host's libraries or package database.
#
#   debroot.sh SUITE DEST PACKAGE[,PACKAGE…] PROGRAM…
#
# SUITE is bookworm, trixie, forky or sid. DEST is replaced if this script made it. PROGRAM is a path below DEST
# (usr/bin/nvim). The packages come with all they depend on, from the mirror that this host's apt uses (or DEBROOT_MIRROR),
# checked against the archive's keys. Needs patchelf.
set -euo pipefail

die() { echo "debroot: $*" >&2; exit 1; }
[ $# -ge 4 ] || die 'usage: debroot.sh SUITE DEST PACKAGE[,PACKAGE…] PROGRAM…'
suite=$1 dest=$2 packages=${3//,/ }; shift 3
command -v patchelf >/dev/null || die 'patchelf is missing: apt-get install patchelf'
[ ! -e "$dest" ] || [ -e "$dest/.debroot" ] || die "$dest exists and was not made by this script"

host_mirror() {
  { sed -n 's/^URIs:[[:space:]]*//p' /etc/apt/sources.list.d/*.sources
    sed -n 's/^deb[[:space:]]\(\[[^]]*\][[:space:]]\)\?\([^[:space:]]*\).*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/*.list
  } 2>/dev/null | tr ' ' '\n' | grep -m1 '/debian/\?$' || true
}
mirror=${DEBROOT_MIRROR:-$(host_mirror)}
[ -n "$mirror" ] || die 'no Debian mirror in /etc/apt; set DEBROOT_MIRROR'

# An apt of its own: an empty package database, so that the whole closure is fetched, and its own lists and cache.
state=${XDG_CACHE_HOME:-$HOME/.cache}/debroot/$suite
mkdir -p "$state"/{lists/partial,cache/archives/partial,etc/parts}
: > "$state/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > "$state/etc/sources.list"
apt=(apt-get -qq -o Debug::NoLocking=1 -o APT::Sandbox::User=root -o APT::Install-Recommends=0
  -o APT::Architecture="$(dpkg --print-architecture)" -o APT::Architectures= -o Acquire::Languages=none
  -o Dir::State="$state" -o Dir::State::status="$state/status" -o Dir::State::Lists="$state/lists"
  -o Dir::State::extended_states="$state/extended_states" -o Dir::Cache="$state/cache" -o Dir::Log="$state"
  -o Dir::Etc::SourceList="$state/etc/sources.list" -o Dir::Etc::SourceParts="$state/etc/parts"
  -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts="$state/etc/parts" -o Dir::Etc::Parts="$state/etc/parts")
"${apt[@]}" update
# shellcheck disable=SC2086  # a list of packages
"${apt[@]}" install -y --download-only $packages >/dev/null
# `Inst NAME (VERSION SUITE [ARCH])` stands for the file NAME_VERSION_ARCH.deb, with the colon of an epoch escaped.
# (`--print-uris` would leave out what is in the cache already.)
# shellcheck disable=SC2086
debs=$("${apt[@]}" install -s $packages |
  sed -nE 's/^Inst ([^ ]+) \(([^ ]+) .*\[([a-z0-9]+)\]\).*/\1_\2_\3.deb/p' | sed 's/:/%3a/')

rm -rf "$dest"
mkdir -p "$dest"
dest=$(cd "$dest" && pwd -P)
echo "$suite $packages" > "$dest/.debroot"
for dir in bin lib lib64 sbin; do # usr-merged suites; the links keep /lib/… valid
  mkdir -p "$dest/usr/$dir"
  ln -s "usr/$dir" "$dest/$dir"
done
for deb in $debs; do
  dpkg-deb --fsys-tarfile "$state/cache/archives/$deb" | tar -x -C "$dest" --keep-directory-symlink
done

libraries=$(echo "$dest"/usr/lib/*-linux-gnu*)
loader=$(find "$dest/usr/lib64" "$libraries" -maxdepth 1 -name 'ld-linux*.so.*' -print -quit)
for program in "$@"; do
  file=$(readlink -f "$dest/$program")
  [ -f "$file" ] || die "no such program: $program"
  # The named binary only: LD_LIBRARY_PATH would reach the programs it starts. DT_RPATH also covers what the libraries load.
  patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$libraries:$dest/usr/lib" "$file"
done
