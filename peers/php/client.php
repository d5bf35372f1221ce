<?php
// Fetches a file from a server of the classic design: php client.php tlpi|compact KEY NAME > COPY
//
// By FFI, as sysvmsg does not tell a queue's id, and makes private queues with mode 0000 (until a change of July 2026).
const FAILURE = 1, DATA = 2, END = 3;
const IPC_PRIVATE = 0, IPC_RMID = 0;
const ROOM = 8192; // for the body of any message, in both dialects

function stop(string $why): never
{
    fwrite(STDERR, "$why\n"); // exit("text") would write to standard output, with status 0
    exit(2);
}

[, $dialect, $key, $name] = $argv;
$nameBytes = $dialect === 'tlpi' ? 4096 : 256;

$libc = FFI::cdef('
    int msgget(int key, int flags);
    int msgsnd(int queue, const char *message, size_t size, int flags);
    ssize_t msgrcv(int queue, void *message, size_t size, long type, int flags);
    int msgctl(int queue, int command, void *unused);
');
$server = $libc->msgget(intval($key, 0), 0);
$server >= 0 || stop("no server on key $key");
$private = $libc->msgget(IPC_PRIVATE, 0620);
$private >= 0 || stop('cannot create a private queue');
register_shutdown_function(fn() => $libc->msgctl($private, IPC_RMID, null));
pcntl_async_signals(true);
foreach ([SIGINT, SIGTERM, SIGHUP] as $signal) {
    pcntl_signal($signal, fn() => exit(128 + $signal)); // so that the queue is removed
}

// q is the type, a long of 64 bits; l is an int. The size is the body's, without the type.
$libc->msgsnd($server, pack("qla$nameBytes", 1, $private, $name), 4 + $nameBytes, 0) === 0 || stop('msgsnd failed');

$response = $libc->new('struct { long type; char body[8192]; }');
do {
    $size = $libc->msgrcv($private, FFI::addr($response), ROOM, 0, 0);
    $size >= 0 || stop('msgrcv failed');
    $body = FFI::string($response->body, $size);
    if ($response->type === DATA) {
        echo $body;
    }
} while ($response->type === DATA);
if ($response->type !== END) {
    fwrite(STDERR, strtok($body, "\0") . "\n");
    exit(1);
}
