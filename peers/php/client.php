<?php
// Fetches a file from a server of the classic design: php client.php tlpi|compact KEY NAME > COPY
const FAILURE = 1, DATA = 2, END = 3;

[, $dialect, $key, $name] = $argv;
$nameBytes = $dialect === 'tlpi' ? 4096 : 256;

/** Returns a private queue's id, which sysvmsg does not tell: in the table it is the one that only we ever sent to. */
function idOf(SysvMessageQueue $private): int
{
    $mark = random_bytes(random_int(1, 4096));
    msg_send($private, 1, $mark, false);
    $ids = [];
    foreach (file('/proc/sysvipc/msg') as $line) {
        $row = preg_split('/\s+/', trim($line)); // key id mode bytes messages last-sender last-receiver ...
        if ($row[0] === '0' && $row[3] == strlen($mark) && $row[5] == getmypid() && $row[6] === '0') {
            $ids[] = (int) $row[1];
        }
    }
    msg_receive($private, 1, $type, strlen($mark), $back, false);
    count($ids) === 1 || exit(2);
    return $ids[0];
}

// msg_get_queue makes the queue where there is none.
msg_queue_exists(intval($key, 0)) || exit("no server on key $key\n");
$server = msg_get_queue(intval($key, 0));
$private = msg_get_queue(0, 0620); // 0 is IPC_PRIVATE
register_shutdown_function(fn() => msg_remove_queue($private));
pcntl_async_signals(true);
pcntl_signal(SIGTERM, fn() => exit(143)); // so that the queue is removed

// The false stands for "do not serialize": by default PHP would send s:260:"...";
msg_send($server, 1, pack("la$nameBytes", idOf($private), $name), false);

// 8192 bytes are room for both dialects. The false stands for "do not unserialize".
while (msg_receive($private, 0, $type, 8192, $body, false) && $type === DATA) {
    echo $body;
}
if ($type !== END) {
    fwrite(STDERR, strtok($body, "\0") . "\n");
    exit(1);
}
