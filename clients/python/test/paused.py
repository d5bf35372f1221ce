#!/usr/bin/env python3
"""A client whose process is stopped again and again until its time is over: paused.py KEY NAME. It takes what came.

The process does not really stop. The thread that receives has a message in its hands when the clock is set an hour on, and
goes on only when the thread that waits has looked at the clock and sent something to its own queue.
"""

import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import letterbox  # noqa: E402

PATIENCE = 60


class Clock:
    """The module `time`, ahead of itself."""

    ahead = 0

    def monotonic(self):
        return time.monotonic() + self.ahead

    def sleep(self, seconds):
        time.sleep(seconds)


class Stopping:
    """The C library, in which this process is stopped."""

    def __init__(self, libc, clock):
        self._libc, self._clock = libc, clock
        self._goes_on = threading.Event()
        self.client = None
        self.stops = False
        self.stopped = 0

    def __getattr__(self, name):
        return getattr(self._libc, name)

    def msgrcv(self, *arguments):
        size = self._libc.msgrcv(*arguments)
        if self.stops and size != -1:
            self.stops = False
            self.stopped += 1
            self._goes_on.clear()
            self._clock.ahead += 3600
            with self.client._news:
                self.client._news.notify_all()
            self._goes_on.wait(PATIENCE)
        return size

    def msgsnd(self, queue, *arguments):
        result = self._libc.msgsnd(queue, *arguments)
        if queue == self.client._queue:
            self._goes_on.set()
        return result


class Client(letterbox.Client):
    def __init__(self, *arguments):
        letterbox._libc.client = self
        super().__init__(*arguments)


def main():
    letterbox.time = clock = Clock()
    letterbox._libc = libc = Stopping(letterbox._libc, clock)
    letterbox.LAST_LOOK = PATIENCE
    libc.stops = True
    with Client(int(sys.argv[1], 0), 600) as client:
        libc.stops = True
        got = client.get(sys.argv[2], timeout=600)
    print(f"{len(got)} bytes, {'paused' if libc.stopped == 2 else 'never paused'}")


if __name__ == "__main__":
    main()
