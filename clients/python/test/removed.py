#!/usr/bin/env python3
"""A client whose server's queue is removed with the client's messages in it: removed.py KEY NAME. All that has to arrive does.

The queue is removed in the moment in which the client sends: so it is known what was lost. The server must be one of this
user. The client looks for another queue often.
"""

import ctypes
import errno
import os
import pathlib
import signal
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import letterbox  # noqa: E402

PATIENCE = 120


class Losing:
    """The C library, with which this program loses some of what it sends."""

    def __init__(self, libc):
        self._libc = libc
        self.client = None
        self.to_lose = 0  # how many greetings and requests are still to be lost with their queue
        self.overtaken = False  # another thread has found the next queue when this one is told that the queue has gone
        self.away = 0  # how often to find no queue: the server has not made another one yet
        self.is_taken = False  # another process holds the lock

    def __getattr__(self, name):
        return getattr(self._libc, name)

    def _remove(self, queue):
        return self._libc.msgctl(queue, letterbox._IPC_RMID, None)

    def msgsnd(self, queue, message, size, flags):
        kind = struct.unpack_from("@l", message)[0]
        is_request = kind == letterbox._FROM_CLIENT and struct.unpack_from("=H", message, 40)[0] == letterbox._REQUEST
        if self.to_lose and (kind == letterbox._HELLO or is_request):
            if self._remove(queue) == -1:
                return -1  # what sends there sees it too
            self.to_lose -= 1
            return 0
        if self.overtaken and is_request:
            self.overtaken = False
            self._remove(queue)
            while (following := self._libc.msgget(self.client._key, 0o200)) == -1:
                time.sleep(0.01)
            self.client._server = following
            ctypes.set_errno(errno.EINVAL)
            return -1
        return self._libc.msgsnd(queue, message, size, flags)

    def msgget(self, key, flags):
        if key == 0 or self.away <= 0:
            return self._libc.msgget(key, flags)
        self.away -= 1
        ctypes.set_errno(errno.ENOENT)
        return -1

    def semctl(self, lock, number, command, *arguments):
        is_holder = command == letterbox._GETPID
        return 1 if is_holder and self.is_taken else self._libc.semctl(lock, number, command, *arguments)


class Client(letterbox.Client):
    def __init__(self, *arguments):
        letterbox._libc.client = self
        super().__init__(*arguments)


def main():
    key, name = int(sys.argv[1], 0), sys.argv[2]
    letterbox._libc = libc = Losing(letterbox._libc)
    letterbox.LOOK_EVERY = 0.02
    signal.signal(signal.SIGALRM, lambda *_: os._exit(1))
    signal.alarm(PATIENCE)
    libc.away = 3  # it comes while there is none, too
    libc.to_lose = 2
    with Client(key, 60) as client:
        whole = client.get(name)
        libc.to_lose = 2
        assert client.get(name) == whole
        libc.overtaken = True
        assert client.get(name) == whole

        libc.to_lose = 2
        late, soon = client.start_get(name), client.start_get(name, timeout=1)
        libc.away = sys.maxsize
        try:
            soon.read()
            raise AssertionError("the deadline was not kept")
        except letterbox.Timeout:
            libc.away = 0
        assert late.read() == whole

        libc.to_lose = 1
        libc.away, libc.is_taken = sys.maxsize, True
        try:
            client.get(name)
            raise AssertionError("another server was taken for the same")
        except letterbox.ServerEnded:
            print("nothing was lost")


if __name__ == "__main__":
    main()
