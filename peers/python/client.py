#!/usr/bin/python3
"""Fetches a file from a server of the classic design: client.py tlpi|compact KEY NAME > COPY"""
import os
import signal
import struct
import sys

import sysv_ipc  # Debian: python3-sysv-ipc

FAILURE, DATA, END = 1, 2, 3

dialect, key, name = sys.argv[1:]
name_bytes = {"tlpi": 4096, "compact": 256}[dialect]
for ends in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
    signal.signal(ends, lambda number, _: sys.exit(128 + number))  # so that "finally" runs; Python itself ignores PIPE

# mode=0 asks for no permission: the server queue may be write-only, and by default opening asks for both.
# max_message_size bounds both what is sent and what is received; it is 2048 by default.
server = sysv_ipc.MessageQueue(int(key, 0), mode=0, max_message_size=8192)
# IPC_PRIVATE, not None: that would be a key at random, and servers answer on private queues alone.
private = sysv_ipc.MessageQueue(sysv_ipc.IPC_PRIVATE, sysv_ipc.IPC_CREX, mode=0o620, max_message_size=8192)
try:
    server.send(struct.pack(f"i{name_bytes}s", private.id, os.fsencode(name)), type=1)
    kind = DATA
    while kind == DATA:
        body, kind = private.receive()
        if kind == DATA:
            sys.stdout.buffer.write(body)
    sys.stdout.buffer.flush()
    if kind != END:
        sys.exit(body.split(b"\0")[0].decode(errors="replace"))  # FAILURE: to stderr, status 1
finally:
    private.remove()
