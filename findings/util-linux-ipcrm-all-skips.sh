#!/usr/bin/env bash
# "ipcrm --all" of util-linux looks at each queue before it removes it, which needs the permission to read. So it skips its user's own
# queues, segments and semaphore sets if their modes do not let the owner read, says nothing, and exits 0. Removing needs no such
# permission: "ipcrm -q ID" works. Queues of this kind exist: PHP makes private queues of mode 0000 (php-private-queue-mode.sh).
# To who may not read a queue, "ipcs -q -i ID" shows a capacity of 0 (qbytes=0) and exits 0.
. "$(dirname "$0")/lib.sh"
debian util-linux=2.38.1-5+deb12u3

as_user() {
  setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

chmod 755 "$work"
for kind in '-Q' '-M 100' '-S 1'; do
  # shellcheck disable=SC2086
  as_user ipcmk $kind -p 0200 >"$work/made"
done
as_user ipcrm --verbose --all >"$work/out" 2>&1 && status=0 || status=$?
seen "ipcrm --all of the owner: exit status, lines" "0 0" "$status $(wc -l <"$work/out")"
seen "left: queues, segments, semaphore sets" "1 1 1" "$(ipcs -q | grep -c ^0x) $(ipcs -m | grep -c ^0x) $(ipcs -s | grep -c ^0x)"
seen "ipcs -q -i 0: for root, for the owner" "16384 0" \
  "$(ipcs -q -i 0 | grep -oP 'qbytes=\K\d+') $(as_user ipcs -q -i 0 | grep -oP 'qbytes=\K\d+')"
as_user ipcrm -q 0 -m 0 -s 0
seen "left after ipcrm by id" "0 0 0" "$(ipcs -q | grep -c ^0x) $(ipcs -m | grep -c ^0x) $(ipcs -s | grep -c ^0x)"
