#!/usr/bin/env bash
# PHP's msg_get_queue(0, 0620) makes a private queue, but with mode 0000 and not 0620: nobody but root can use it, and msg_set_queue
# cannot mend it, as it reads the queue's state first. Make private queues by FFI.
. "$(dirname "$0")/lib.sh"
debian php8.2-cli=8.2.36-1~deb12u1 php8.2-common=8.2.36-1~deb12u1 libargon2-1=0~20171227-0.3+deb12u1 libsodium23=1.0.18-1+deb12u1

cat >"$work/private.php" <<'PHP'
<?php
msg_get_queue(0, 0620);
msg_get_queue(0x1234, 0620);
foreach (array_slice(file('/proc/sysvipc/msg'), 1) as $line) {
    [$key, , $mode] = preg_split('/\s+/', trim($line));
    printf("key 0x%x has mode 0%03d; ", $key, $mode);
}
PHP
seen "msg_get_queue" "key 0x0 has mode 0000; key 0x1234 has mode 0620; " \
  "$(php8.2 -n -d extension_dir="$(dirname "$(find "$root" -name sysvmsg.so)")" -d extension=sysvmsg "$work/private.php")"
