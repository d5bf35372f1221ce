# shellcheck shell=bash
# debian_mirror release|security: prints where this machine's apt gets Debian from, or its security updates.
debian_mirror() {
  local of=(-v security)
  if [ "$1" = security ]; then
    of=(security)
  fi
  apt-get update --print-uris | sed -n "s#^'\(.*\)/dists/.*#\1#p" | sort -u | grep "${of[@]}" | head -n 1
}
