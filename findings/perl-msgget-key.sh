#!/usr/bin/env bash
# Perl's msgget makes the key 0x80000000 of every key above 0x7fffffff, without a word: programs that were given different keys
# share one queue. Give the key as the signed number: unpack 'l', pack 'L', 0xdeadbeef.
. "$(dirname "$0")/lib.sh"
debian perl-base=5.36.0-7+deb12u4

keys() {
  awk 'NR > 1 { printf "0x%x ", ($1 + 4294967296) % 4294967296 }' /proc/sysvipc/msg
  ipcrm --all=msg
}
# 01600 is IPC_CREAT and 0600.
perl -e 'msgget($_, 01600) // print "failed: $!; " for 0xdeadbeef, 0xe9cd2372'
seen "two keys as they are" "0x80000000 " "$(keys)"
perl -e 'msgget(unpack("l", pack "L", $_), 01600) // print "failed: $!; " for 0xdeadbeef, 0xe9cd2372'
seen "the same as signed numbers" "0xdeadbeef 0xe9cd2372 " "$(keys)"
