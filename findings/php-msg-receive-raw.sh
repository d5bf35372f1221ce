#!/usr/bin/env bash
# PHP's msg_receive, with its defaults, receives a message that another language sent, cannot unserialize it, and drops it: the
# message is gone, the function returns false, and the error code that it sets is 0. Pass false for unserialize.
. "$(dirname "$0")/lib.sh"
debian php8.2-cli=8.2.36-1~deb12u1 php8.2-common=8.2.36-1~deb12u1 libargon2-1=0~20171227-0.3+deb12u1 libsodium23=1.0.18-1+deb12u1

cat >"$work/receive.php" <<'PHP'
<?php
$queue = msg_get_queue(0x1234);
msg_send($queue, 1, 'hello', false); // raw bytes, as C or Java send them
$before = msg_stat_queue($queue)['msg_qnum'];
$received = @msg_receive($queue, 0, $type, 8192, $message, true, 0, $error);
$after = msg_stat_queue($queue)['msg_qnum'];
echo "received ", var_export($received, true), ", error $error, messages before $before and after $after\n";
PHP
seen "msg_receive" "received false, error 0, messages before 1 and after 0" \
  "$(php8.2 -n -d extension_dir="$(dirname "$(find "$root" -name sysvmsg.so)")" -d extension=sysvmsg "$work/receive.php")"
