#!/usr/bin/python3
"""Serves the working directory in a classic dialect: server.py tlpi|compact KEY"""
import ctypes
import os
import signal
import struct
import sys

import sysv_ipc  # Debian: python3-sysv-ipc

FAILURE, DATA, END = 1, 2, 3

dialect, key = sys.argv[1:]
chunk = {"tlpi": 8192, "compact": 4096}[dialect]
end = {"tlpi": b"", "compact": b"\0"}[dialect]
libc = ctypes.CDLL(None, use_errno=True)


def send(queue, kind, body):
    """sysv_ipc opens queues by key alone, and a private queue has none: so this is the C library's msgsnd."""
    message = struct.pack("l", kind) + body
    while libc.msgsnd(queue, message, ctypes.c_size_t(len(body)), 0) == -1:
        if ctypes.get_errno() != 4:  # EINTR
            os._exit(0)  # the client has gone


def answer(queue, name):
    try:
        with open(name, "rb") as file:
            while piece := file.read(chunk):
                send(queue, DATA, piece)
        send(queue, END, end)
    except OSError as failed:
        text = f"Cannot open {os.fsdecode(name)}: {failed.strerror}".encode() + b"\0"
        send(queue, FAILURE, text if dialect == "tlpi" else text.ljust(4096, b"\0"))


signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children end without being waited for
ENDS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
for number in ENDS:
    signal.signal(number, lambda *_: sys.exit(0))
requests = sysv_ipc.MessageQueue(int(key, 0), sysv_ipc.IPC_CREX, mode=0o622, max_message_size=8192)
try:
    print("ready", requests.id, flush=True)
    while True:
        request, _ = requests.receive()
        if len(request) > 4 and os.fork() == 0:
            for number in ENDS:
                signal.signal(number, signal.SIG_DFL)
            answer(*struct.unpack_from("i", request), request[4:].split(b"\0")[0])
            os._exit(0)
finally:
    requests.remove()
