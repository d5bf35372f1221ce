# shellcheck shell=bash
# Sourced first by every finding. It starts the script again in an IPC namespace of its own, so that no queue is left behind, and
# gives it a temporary folder that is deleted at the end.
set -euo pipefail
export LC_ALL=C.UTF-8

if [ -z "${FINDING_INSIDE-}" ]; then
  export FINDING_INSIDE=1
  if unshare --ipc true 2>/dev/null; then
    exec unshare --ipc "$0" "$@"
  fi
  exec unshare --user --map-root-user --ipc "$0" "$@"
fi

work=$(mktemp -d)
root=$work/root
trap 'rm -rf "$work"' EXIT
mkdir "$root"

# debian PACKAGE=VERSION...: unpacks packages of Debian 12 (amd64) into $root; nothing is installed. Needs: apt-get update
debian() {
  (cd "$work" && apt-get -q download "$@" >apt.log 2>&1) || {
    cat "$work/apt.log" >&2
    echo "Cannot download $*. This finding needs Debian 12 with a fresh package list (apt-get update)." >&2
    exit 3
  }
  local package
  for package in "$work"/*.deb; do
    dpkg -x "$package" "$root"
    rm "$package"
  done
  export PATH=$root/usr/bin:$root/bin:$PATH
  export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
  echo "packages: $*"
}

# compile SOURCE PROGRAM [OPTION...]: compiles C.
compile() {
  local source=$1 program=$2
  shift 2
  gcc -std=gnu17 -Wall -Wextra -Werror -O1 "$@" -o "$program" "$source"
}

# seen WHAT EXPECTED OUTPUT: prints what was seen, and ends the script with status 1 if that is no longer what was expected.
seen() {
  printf '%s: %s\n' "$1" "$3"
  if [ "$3" != "$2" ]; then
    printf 'CHANGED. Expected: %s\n' "$2" >&2
    exit 1
  fi
}
