# shellcheck shell=bash
# Sourced first by every finding. It starts the script again in an IPC namespace of its own, so that no queue is left behind, and
# gives it a temporary folder that is deleted at the end. A finding that mounts something sets own_mounts=yes before: then the
# mounts are its own, too.
set -euo pipefail
export LC_ALL=C.UTF-8

if [ -z "${FINDING_INSIDE-}" ]; then
  export FINDING_INSIDE=1
  own=(--ipc ${own_mounts:+--mount})
  if unshare "${own[@]}" true 2>/dev/null; then
    exec unshare "${own[@]}" "$0" "$@"
  fi
  exec unshare --user --map-root-user "${own[@]}" "$0" "$@"
fi

work=$(mktemp -d)
root=$work/root
trap 'rm -rf "$work"' EXIT
mkdir "$root"

# debian PACKAGE=VERSION...: unpacks packages of Debian 12 (amd64) into $root; nothing is installed. Needs: apt-get update
debian() {
  unpack "Debian 12 with a fresh package list (apt-get update)" "$@"
  export PATH=$root/usr/bin:$root/bin:$PATH
  export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
}

# debian13 PACKAGE=VERSION...: unpacks packages of Debian 13 from the mirror that this machine uses. Their list is loaded by a
# configuration of apt that is used here alone.
# libc6 must be among them: in13 PROGRAM [ARGUMENT...] runs a program with it.
debian13() {
  local apt=$work/apt
  mkdir -p "$apt/etc/preferences.d" "$apt/etc/apt.conf.d" "$apt/lists/partial" "$apt/archives/partial"
  : >"$apt/status"
  local mirror
  mirror=$(apt-get update --print-uris | sed -n "/security/!s#^'\(.*\)/dists/.*#\1#p" | sort -u | head -n 1)
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$apt/etc/sources.list"
  cat >"$apt/conf" <<END
Dir::Etc "$apt/etc";
Dir::State "$apt";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
APT::Architecture "amd64";
APT::Sandbox::User "root";
Acquire::Languages "none";
END
  APT_CONFIG=$apt/conf apt-get -q update >"$work/apt.log" 2>&1 || :
  APT_CONFIG=$apt/conf unpack "Debian's archive, and its keys (debian-archive-keyring)" "$@"
}

in13() {
  "$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/$1" "${@:2}"
}

# unpack NEEDS PACKAGE=VERSION...: what apt names so, into $root.
unpack() {
  local needs=$1 package
  shift
  (cd "$work" && apt-get -q download "$@" >apt.log 2>&1) || {
    cat "$work/apt.log" >&2
    echo "Cannot download $*. This finding needs $needs." >&2
    exit 3
  }
  for package in "$work"/*.deb; do
    dpkg -x "$package" "$root"
    rm "$package"
  done
  echo "packages: $*"
}

# node_packages NAME@VERSION...: installs packages of npm into $work, and goes there.
node_packages() {
  cd "$work"
  echo '{}' >package.json
  npm_config_cache=$work/npm npm install --silent --no-audit --no-fund --nodedir=/usr "$@" >npm.log 2>&1 || {
    cat npm.log >&2
    exit 3
  }
  echo "Node $(node --version), packages: $*"
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
