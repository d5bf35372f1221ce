<?php
// Serves the working directory in a classic dialect: php server.php tlpi|compact KEY
const FAILURE = 1, DATA = 2, END = 3;
const EINTR = 4;

function stop(string $why): never
{
    fwrite(STDERR, "$why\n");
    exit(2);
}

[, $dialect, $key] = $argv;
[$chunk, $end] = $dialect === 'tlpi' ? [8192, ''] : [4096, "\0"];

// sysvmsg opens queues by key alone, and a client's private queue has none: so answers go through the C library.
$libc = FFI::cdef('int msgsnd(int queue, const void *message, size_t size, int flags); extern int errno;');

function send(int $queue, int $type, string $body): void
{
    global $libc;
    $message = pack('q', $type) . $body;
    while ($libc->msgsnd($queue, $message, strlen($body), 0) === -1) {
        if ($libc->errno !== EINTR) {
            exit(0); // the client has gone
        }
    }
}

function answer(int $queue, string $name): void
{
    global $dialect, $chunk, $end;
    $file = is_file($name) ? fopen($name, 'rb') : false;
    if ($file === false) {
        $text = "Cannot open $name\0";
        send($queue, FAILURE, $dialect === 'tlpi' ? $text : str_pad($text, 4096, "\0"));
        return;
    }
    while (($piece = fread($file, $chunk)) !== false && $piece !== '') {
        send($queue, DATA, $piece);
    }
    send($queue, END, $end);
}

$server = getmypid();
// msg_get_queue opens what is there, whoever made it.
!msg_queue_exists(intval($key, 0)) || stop("key $key is taken");
$requests = msg_get_queue(intval($key, 0), 0622);
register_shutdown_function(fn() => getmypid() === $server && msg_remove_queue($requests));
pcntl_async_signals(true);
foreach ([SIGINT, SIGTERM, SIGHUP] as $signal) {
    pcntl_signal($signal, fn() => exit(0));
}
pcntl_signal(SIGCHLD, SIG_IGN); // children end without being waited for

echo "ready\n";
while (true) {
    if (msg_receive($requests, 0, $type, 8192, $request, false, 0, $error)) {
        if (strlen($request) > 4 && pcntl_fork() === 0) {
            ['queue' => $queue, 'name' => $name] = unpack('lqueue/Z*name', $request);
            answer($queue, $name);
            exit(0);
        }
    } elseif ($error !== EINTR) {
        stop("msgrcv: error $error");
    }
}
