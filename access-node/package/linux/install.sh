#!/bin/sh
# Installs this version of Holdfast's access node as a systemd service, or puts it in the place of another one, which
# drains first. If the new one does not become healthy, the one before comes back. `./install.sh --help`.
set -eu

usage() {
  cat <<'USAGE'
Usage: ./install.sh [options]          installs, or upgrades what is installed
       ./install.sh --remove [options] drains the node and removes all but its settings

  --prefix <folder>      where it goes (/opt/holdfast-node)
  --settings <file>      the node's environment, one NAME=value a line (/etc/holdfast/node.env)
  --node <program>       takes a copy of this Node 24 along (bin/node of the package, or the machine's)
  --health-seconds <n>   how long it may take to become healthy (120)
  --no-service           only the files: no unit, nothing is started or stopped
  --destdir <folder>     as --no-service, below this folder and with the unit: for making images and packages
  --units <folder>       where the unit goes (/etc/systemd/system)
USAGE
}
fail() { echo "install.sh: $*" >&2; exit 1; }
wrong() { echo "install.sh: $*" >&2; echo '(./install.sh --help shows what there is)' >&2; exit 2; }

unit=holdfast-node.service
prefix=/opt/holdfast-node settings=/etc/holdfast/node.env units=/etc/systemd/system
program='' destdir='' seconds=120 service=yes action=install
while [ "$#" -gt 0 ]; do
  case $1 in
    --prefix | --settings | --units | --node | --destdir | --health-seconds)
      [ "$#" -ge 2 ] || wrong "$1 needs a value"
      case $1 in
        --prefix) prefix=$2 ;;
        --settings) settings=$2 ;;
        --units) units=$2 ;;
        --node) program=$2 ;;
        --destdir) destdir=$2 ;;
        --health-seconds) seconds=$2 ;;
      esac
      shift 2
      ;;
    --no-service) service=no; shift ;;
    --remove) action=remove; shift ;;
    --help | -h) usage; exit 0 ;;
    *) wrong "there is no option $1" ;;
  esac
done
# What a unit and sed read as it stands.
for folder in "$prefix" "$settings" "$units" "${destdir:-/}"; do
  case $folder in
    *[!A-Za-z0-9_./+-]* | *..*) wrong "$folder: letters, digits and _ . / + - only" ;;
    /*) ;;
    *) wrong "$folder: an absolute path is needed" ;;
  esac
done
case $seconds in '' | *[!0-9]*) wrong "--health-seconds is $seconds: a whole number is needed" ;; esac

here=$(cd "$(dirname "$0")" && pwd -P)
root=$destdir$prefix
releases=$root/releases
files=$service
if [ -n "$destdir" ]; then files=yes service=no; fi
if [ "$service" = yes ] && ! systemctl show --property=Version >/dev/null 2>&1; then
  fail 'systemd does not run here: --no-service or --destdir installs the files only'
fi

running() { [ "$service" = yes ] && systemctl is-active --quiet "$unit"; }
release() { readlink "$root/current" 2>/dev/null || true; }
# All at once: whoever starts the node finds the one or the other.
switch_to() {
  ln -sfn "$1" "$root/.current"
  mv -fT "$root/.current" "$root/current"
  [ "$files" = yes ] || return 0
  mkdir -p "$destdir$units"
  sed -e "s|@PREFIX@|$prefix|g" -e "s|@SETTINGS@|$settings|g" "$root/$1/service/$unit" >"$destdir$units/$unit"
  chmod 644 "$destdir$units/$unit"
  [ "$service" = no ] || systemctl daemon-reload
}
healthy() { "$root/current/bin/holdfast-node" health --wait "$1"; }

if [ "$action" = remove ]; then
  [ -e "$releases" ] || fail "nothing is installed in $root"
  if [ "$service" = yes ]; then
    echo 'draining …'
    systemctl disable --now "$unit"
  fi
  if [ "$files" = yes ]; then rm -f "$destdir$units/$unit"; fi
  [ "$service" = no ] || systemctl daemon-reload
  rm -rf "$releases" "$root/current"
  rmdir "$root" 2>/dev/null || true
  echo "removed; the settings stay: $settings"
  exit 0
fi

version=$(cat "$here/VERSION" 2>/dev/null) || fail "there is no package in $here: unpack the archive, and run its install.sh"

# ---- Node, as the service will find it: not in anybody's home
if [ -n "$program" ]; then
  [ -x "$program" ] || fail "--node $program: there is no such program"
elif [ -x "$here/bin/node" ]; then
  program=$here/bin/node
else
  found=$(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin command -v node) ||
    fail 'Node 24 is needed, and no node is installed for all users: --node <program> takes a copy along'
  case $(readlink -f "$found") in
    /root/* | /home/* | /run/user/*) fail "$found is in a home, where the service may not look: --node $found takes a copy along" ;;
  esac
fi
major=$("${program:-$found}" -p 'process.versions.node.split(".")[0]' 2>/dev/null) ||
  fail "${program:-$found} does not run on this machine ($(uname -m))"
[ "$major" -ge 24 ] || fail "Node 24 or later is needed; ${program:-$found} is $major"

# ---- the release, beside what there is
mkdir -p "$releases"
rm -rf "$releases/.new"
mkdir "$releases/.new"
for each in bin lib service install.sh VERSION LICENSE; do
  # Unpacked where it is to be installed: moved, so that it is there once.
  if [ "$here" = "$(cd "$root" && pwd -P)" ]; then mv "$here/$each" "$releases/.new/"; else cp -R "$here/$each" "$releases/.new/"; fi
done
[ -z "$program" ] || [ -x "$releases/.new/bin/node" ] || cp -L "$program" "$releases/.new/bin/node"
chmod -R go-w,a+rX "$releases/.new"
[ "$(id -u)" != 0 ] || chown -R 0:0 "$releases/.new"
name=$version again=2
while [ -e "$releases/$name" ]; do name=$version-$again again=$((again + 1)); done
said=$("$releases/.new/bin/holdfast-node" --version) || { rm -rf "$releases/.new"; fail 'the new version does not start'; }
[ "$said" = "$version" ] || { rm -rf "$releases/.new"; fail "the package says $version, its program $said: it is not whole"; }
mv "$releases/.new" "$releases/$name"

# ---- the other one drains, then this one takes its place
before=$(release)
was_running=no
if running; then was_running=yes; fi
if [ "$was_running" = yes ]; then
  echo "version $(cat "$root/$before/VERSION") drains: what it has in hand ends first …"
  systemctl stop "$unit"
fi
switch_to "releases/$name"
for old in "$releases"/*; do
  case $old in "$releases/$name" | "$root/${before:-none}") ;; *) rm -rf "$old" ;; esac
done

if [ "$service" = no ]; then
  echo "version $version is installed in $root"
  exit 0
fi
if [ -n "$before" ] && [ "$was_running" = no ]; then
  echo "version $version is installed; the node did not run before, and is not started: systemctl start $unit"
  exit 0
fi
systemctl enable --quiet "$unit"
if [ ! -e "$settings" ]; then
  echo "version $version is installed. Write its settings to $settings (holdfast access-node add prints them), then: systemctl start $unit"
  exit 0
fi
if systemctl start "$unit" && healthy "$seconds"; then
  echo "version $version runs"
  exit 0
fi

# ---- back
echo "install.sh: version $version did not become healthy within $seconds s: journalctl -u $unit" >&2
[ -n "$before" ] || exit 1
systemctl stop "$unit" || true
switch_to "$before"
rm -rf "${releases:?}/$name"
systemctl start "$unit" || true
if healthy "$seconds" >/dev/null; then
  echo "install.sh: version $(cat "$root/current/VERSION") runs again" >&2
else
  echo "install.sh: version $(cat "$root/current/VERSION") is back, and is not healthy either" >&2
fi
exit 1
