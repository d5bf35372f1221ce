#!/usr/bin/env python3
"""A client for Letterbox servers, from docs/protocol.md: Python 3.9, ctypes, nothing else.

    with letterbox.Client() as client:
        print(client.get("notes.txt").decode())
        for entry in client.list("."):
            print(entry.name, entry.size)
        one, other = client.start_get("a.iso"), client.start_get("b.iso")  # both in flight
        for piece in one:
            ...

Use a client as a context manager: its private queue is removed at the end of the block, whatever ends it. INT does so
by KeyboardInterrupt; clean_up_at_exit() makes TERM and HUP do the same. After KILL the queue stays, and the server finds
it by the marks that the client made. A client is safe for use by any number of threads, and not after fork.
"""

import argparse
import atexit
import collections
import ctypes
import errno
import os
import signal
import struct
import sys
import threading
import time
import weakref

KEY = 0x1AAAAAA1  # the well-known key of a server that was given none
LONGEST = 8192  # bytes of a message, after its type
WINDOW = 1 << 20  # bytes of an answer that may wait in memory for a slow reader
LOOK_EVERY = 5.0  # seconds: how often the server's key is looked up, in case somebody removed its queue
AWAY = 2.0  # seconds that a server may be without a queue when a client comes
SEND_AGAIN = 0.05  # seconds to wait for room in the server's queue or for the queue, before what was lost is sent again
LAST_LOOK = 1.0  # seconds after a deadline for what is in the queue already, should others' messages keep coming

_HELLO, _FROM_CLIENT, _FROM_SERVER = 1, 0x4C42, 0x4C43
_REQUEST, _CANCEL, _CREDIT, _BYE, _TABLE_FULL = 1, 2, 3, 4, 5
_OWN, _FAILURE, _DATA, _END, _WELCOME = 0, 1, 2, 3, 4
_GET, _LIST, _STAT = 0, 1, 2
_BIRTH = 2**63 - 1

_HEAD = struct.Struct("=q16sqHHIqqq")  # session, token, id, kind, two lengths, wait, credit, 0
_ANSWER = struct.Struct("=qHHIqq")  # id, kind, code, checksum, position, total
_MOST = 2**63 - 1  # bytes of a file
_FILE = struct.Struct("=BBHIqq")  # operation, flags, 0, checksum, from, count
_ENTRY = struct.Struct("=HIqqI")  # length of the name, mode, size, seconds, nanoseconds


class LetterboxError(Exception):
    """What went wrong, in words."""


class NoServer(LetterboxError):
    """No server answers on this key."""


class ServerEnded(LetterboxError):
    """The server ended before it had answered. Open a new client when there is a server again."""


class QueueRemoved(LetterboxError):
    """Somebody removed this client's private queue. Open a new client."""


class Timeout(LetterboxError):
    """The deadline has passed."""


class Broken(LetterboxError):
    """The answer breaks the protocol, or its checksum is wrong. Do not use what came."""


class Failure(LetterboxError):
    """The server answered FAILURE. `kind` says which."""

    KINDS = ("refused", "busy", "stopping", "expired", "stalled", "internal", "lost")

    def __init__(self, code, text):
        super().__init__(text)
        self.kind = self.KINDS[code] if code < len(self.KINDS) else "unknown"


Entry = collections.namedtuple("Entry", "name mode size mtime")
Entry.__doc__ = "A file as the server tells of it. `name` is a str as os.fsdecode makes it; `mtime` is in nanoseconds."


# ---- The kernel ----

_libc = ctypes.CDLL(None, use_errno=True)
_libc.msgrcv.restype = ctypes.c_ssize_t
_libc.msgrcv.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_long, ctypes.c_int]
_libc.msgsnd.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_libc.shmat.restype = ctypes.c_void_p
_libc.shmdt.argtypes = [ctypes.c_void_p]
_libc.semop.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
_libc.semtimedop.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p]

_IPC_NOWAIT, _MSG_NOERROR, _MSG_EXCEPT, _SEM_UNDO, _SHM_RDONLY = 0o4000, 0o10000, 0o20000, 0x1000, 0o10000
_IPC_RMID, _IPC_SET, _IPC_STAT, _MSG_STAT_ANY, _SEM_STAT_ANY = 0, 1, 2, 13, 20
_GETPID, _GETVAL = 11, 12
_INCOMPLETE, _COMPLETE = 0o611, 0o600  # modes: the first says that its client is not done with it yet


class _Perm(ctypes.Structure):
    _fields_ = [("key", ctypes.c_int32)]
    _fields_ += [(name, ctypes.c_uint32) for name in ("uid", "gid", "cuid", "cgid", "mode")]
    _fields_ += [("seq", ctypes.c_uint16), ("reserved", ctypes.c_ulong * 2)]


class _Queue(ctypes.Structure):
    _fields_ = [("perm", _Perm), ("times", ctypes.c_long * 3)]
    _fields_ += [(name, ctypes.c_ulong) for name in ("cbytes", "qnum", "qbytes")]
    _fields_ += [("pids", ctypes.c_int32 * 2), ("reserved", ctypes.c_ulong * 2)]


class _Segment(ctypes.Structure):
    _fields_ = [("perm", _Perm), ("size", ctypes.c_size_t), ("atime", ctypes.c_long), ("dtime", ctypes.c_long)]
    _fields_ += [("ctime", ctypes.c_long), ("pids", ctypes.c_int32 * 2), ("reserved", ctypes.c_ulong * 3)]


class _Set(ctypes.Structure):
    _fields_ = [("perm", _Perm), ("rest", ctypes.c_ulong * 16)]  # what follows differs between machines


def _check(result, what):
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _message(kind, body):
    return ctypes.create_string_buffer(struct.pack("@l", kind) + body, struct.calcsize("@l") + len(body))


def _send(queue, message):
    size = len(message) - struct.calcsize("@l")
    while _libc.msgsnd(queue, message, size, _IPC_NOWAIT) == -1:
        if ctypes.get_errno() != errno.EINTR:
            _check(-1, f"msgsnd to queue {queue}")


def _semop(set_id, *operations):
    raw = b"".join(struct.pack("=Hhh", 0, value, flags) for value, flags in operations)
    return _libc.semop(set_id, raw, len(operations))


def _look(kind, number):
    """Returns key, uid, gid and creator of a queue ("msg") or set of semaphores ("sem"), readable or not; None if gone."""
    state = _Queue() if kind == "msg" else _Set()
    found = (
        _libc.msgctl(number, _MSG_STAT_ANY, ctypes.byref(state))
        if kind == "msg"
        else _libc.semctl(number, 0, _SEM_STAT_ANY, ctypes.byref(state))
    )
    if found == number:  # the command looks at a place in the table and tells whose id it found there
        return state.perm.key, state.perm.uid, state.perm.gid, state.perm.cuid
    if found != -1:
        return None
    # Kernels before 4.17 and emulators lack the command.
    uid_at = 7 if kind == "msg" else 4
    with open(f"/proc/sysvipc/{kind}", encoding="ascii") as table:
        for line in list(table)[1:]:
            words = [int(word, 10) for word in line.split()]
            if words[1] == number:
                return words[0], words[uid_at], words[uid_at + 1], words[uid_at + 2]
    return None


# ---- CRC-32C ----

_table = []


def crc32c(data, crc=0):
    """Returns the CRC-32C of bytes that follow others whose CRC-32C is `crc`."""
    if not _table:
        for value in range(256):
            for _ in range(8):
                value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
            _table.append(value)
    crc ^= 0xFFFFFFFF
    table = _table
    for byte in data:
        crc = crc >> 8 ^ table[crc & 0xFF ^ byte]
    return crc ^ 0xFFFFFFFF


# ---- The client ----

_open_clients = weakref.WeakSet()


@atexit.register
def _close_all():
    for client in list(_open_clients):
        client.close()


def clean_up_at_exit():
    """Makes TERM and HUP end this program by SystemExit, so that queues are removed. Call it in the main thread."""

    def end(number, _frame):
        signal.signal(number, signal.SIG_IGN)  # once is enough: what cleans up must not be stopped
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, end)


class Call:
    """A request in flight. Iterate over it for the pieces of its answer; at the end they are whole and checked."""

    def __init__(self, client, number, deadline):
        self.total = None  # bytes of the answer, as soon as the server has told; None where it does not know
        self.received = 0
        self._client, self._number, self._deadline = client, number, deadline
        self._pieces = collections.deque()
        self._allowed, self._taken, self._crc = WINDOW, 0, 0
        self._request, self._repeated = None, False
        self._over = False
        self._late_since = None  # when somebody who waited found the deadline passed
        self._error = None

    def cancel(self):
        """Ends it, here and on the server. Does nothing if it is over."""
        self._client._cancel(self)

    def __iter__(self):
        return self

    def __next__(self):
        return self._client._next(self)

    def read(self):
        """Returns all of the answer that was not taken yet."""
        return b"".join(self)


class Client:
    """A client of one server, with a private queue of its own."""

    def __init__(self, key=KEY, timeout=10.0):
        """Opens it, and waits up to `timeout` seconds for the server's welcome."""
        if struct.calcsize("@l") != 8:
            raise LetterboxError("this module knows the layouts of 64-bit programs alone")
        self._key = key if key < 2**31 else key - 2**32
        self._news = threading.Condition()
        self._calls = {}
        self._last_id = 0
        self._session, self._token = 0, b""
        self._nonce, self._welcome = b"", None
        self._marks = self._marked = 0  # messages to itself that were sent, and received
        self._ended = self._removed = self._closed = False
        self._hello = None
        self._lost = collections.deque()  # ids of requests that may be lost; 0 is the greeting
        self._holder = 0  # the process whose lock it is
        self._queue = self._bell = self._lock = self._address = None
        self._exempt = _BIRTH  # the type of the birth certificate, which stays in the queue
        deadline = time.monotonic() + timeout
        uid, gid, creator = self._find_server(deadline)
        self._server_users = (uid, creator)
        try:
            self._set_up(uid, gid, deadline)
        except BaseException:
            self.close()
            raise
        _open_clients.add(self)

    def _find_server(self, deadline):
        """Finds the queue, whose owner it returns, and the lock. A server whose queue was removed soon makes another one."""
        key = f"key {self._key & 0xFFFFFFFF:#010x}"
        until = min(deadline, time.monotonic() + AWAY)
        while True:
            late = time.monotonic() >= until  # before the look: this process may be stopped until the time is over
            self._server = _libc.msgget(self._key, 0o200)
            number = ctypes.get_errno() if self._server == -1 else 0
            found = _look("msg", self._server) if number == 0 else None
            if found is not None:
                self._lock = self._find_lock(found[3])
                if self._lock is not None or late or _libc.msgget(self._key, 0o200) == self._server:
                    return found[1:]
                # Of another queue the lock says nothing.
            elif number not in (0, errno.ENOENT):
                raise NoServer(f"cannot open the server's queue, {key}: {os.strerror(number)}")
            elif late or (number != 0 and not self._is_lock_held()):
                raise NoServer(f"no server runs on {key} in this IPC namespace")
            time.sleep(SEND_AGAIN)

    def _is_lock_held(self):
        """Returns whether a server runs on the key, whatever queue it has."""
        lock = _libc.semget(self._key, 8, 0)
        return lock != -1 and _libc.semctl(lock, 8, _GETVAL) == -1 and _libc.semctl(lock, 0, _GETVAL) > 0

    def _set_up(self, uid, gid, deadline):
        if self._lock is not None:
            self._holder = _libc.semctl(self._lock, 0, _GETPID)
        if not self._is_server_there():
            raise ServerEnded(f"the server on key {self._key & 0xFFFFFFFF:#010x} was killed, and none has taken its place")
        # Python runs handlers between its own steps: what is made here is always known to close().
        # The certificate is made first, since until it is in the queue nobody can say whose that is.
        certificate = self._certificate(*self._make_token(uid))
        self._queue = self._make_queue(deadline)
        _open_clients.add(self)
        self._certify_and_give(certificate, uid, gid)
        if self._lock is not None:
            threading.Thread(target=_run_quietly, args=(self._watch,), daemon=True).start()
        threading.Thread(target=_run_quietly, args=(self._receive,), daemon=True).start()
        self._greet(uid, deadline)

    def _find_lock(self, creator):
        """The server's lock: eight semaphores under its queue's key, by the queue's creator, that tell the queue's id."""
        lock = _libc.semget(self._key, 8, 0)
        found = None if lock == -1 else _look("sem", lock)
        if found is None or found[3] != creator or _libc.semctl(lock, 8, _GETVAL) != -1:
            return None
        state, low, middle, high = (_libc.semctl(lock, n, _GETVAL) for n in (1, 2, 3, 4))
        ours = state == 1 or (state == 2 and low | middle << 15 | high << 30 == self._server)
        return lock if ours else None

    def _make_token(self, uid):
        """A segment that the kernel destroys when this process ends. Returns its id, or -1, and when it was made."""
        segment = _libc.shmget(0, 1, _INCOMPLETE)
        if segment == -1:
            return -1, 0
        self._address = _libc.shmat(segment, None, _SHM_RDONLY)
        _libc.shmctl(segment, _IPC_RMID, None)
        state = _Segment()
        good = self._address != ctypes.c_void_p(-1).value and not _libc.shmctl(segment, _IPC_STAT, ctypes.byref(state))
        if good:
            state.perm.uid, state.perm.mode = uid, _COMPLETE
            good = not _libc.shmctl(segment, _IPC_SET, ctypes.byref(state))
            good = good and not _libc.shmctl(segment, _IPC_STAT, ctypes.byref(state))  # giving it away changed its time
        return (segment, state.ctime) if good else (-1, 0)

    def _make_queue(self, deadline):
        told = False
        until = min(deadline, time.monotonic() + 8)
        while True:
            # Before the try: this process may be stopped until the time is over.
            last = time.monotonic() >= until
            queue = _libc.msgget(0, _INCOMPLETE)
            if queue != -1:
                return queue
            full = ctypes.get_errno() == errno.ENOSPC
            if not full or self._lock is None or last:
                _check(-1, "cannot make a private queue (kernel.msgmni; ipcs -q tells whose they are)" if full else "msgget")
            if not told:
                told = True
                head = _HEAD.pack(-1, b"", 0, _TABLE_FULL, 0, 0, 0, 0, 0)
                _libc.msgsnd(self._server, _message(_FROM_CLIENT, head), len(head), _IPC_NOWAIT)
            time.sleep(0.1)

    def _certify_and_give(self, certificate, uid, gid):
        """A queue that nobody certified shows by its mode, or by having been given away, that its client was killed here."""
        state = _Queue()
        _check(_libc.msgctl(self._queue, _IPC_STAT, ctypes.byref(state)), "msgctl")
        is_given_away = state.perm.uid != uid
        has_room = certificate is not None and state.qbytes >= LONGEST + 64
        if has_room and not is_given_away:
            _libc.msgsnd(self._queue, certificate, 64, _IPC_NOWAIT)
        if is_given_away:
            state.perm.gid = gid
        state.perm.uid, state.perm.mode = uid, _COMPLETE
        _check(_libc.msgctl(self._queue, _IPC_SET, ctypes.byref(state)), "cannot give the queue to the server's user")
        if has_room and is_given_away:
            _libc.msgsnd(self._queue, certificate, 64, _IPC_NOWAIT)

    def _certificate(self, token, made):
        """The birth certificate, which stays in the queue: whose it is, for those who clean up after KILL."""
        try:
            with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
                began = int(file.read().rpartition(")")[2].split()[19])  # field 22: two come before the bracket
            with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
                digits = file.read().strip().replace("-", "")
            namespaces = [_inode(f"/proc/self/ns/{name}") for name in ("pid", "time")]
        except OSError:
            return None
        body = struct.pack("=8siiqIIQQiiq", b"LBXBIRTH", 1, os.getpid(), began, *namespaces,
                           int(digits[:16], 16), int(digits[16:], 16), token, self._key, made)
        return _message(_BIRTH, body)

    def _greet(self, uid, deadline):
        self._nonce = os.urandom(16)
        hello = bytearray(260)
        struct.pack_into("=i4x8si", hello, 0, self._queue, b"LETTRBOX", 1)
        hello[24:40] = self._nonce
        self._hello = _message(_HELLO, bytes(hello))
        self._send(self._hello, deadline)
        with self._news:
            late_since = None
            while self._welcome is None:
                if self._ended:
                    raise self._why_ended("the server ended before it had answered the greeting")
                left = deadline - time.monotonic()
                if left > 0:
                    self._news.wait(left)
                elif late_since is None:
                    late_since = time.monotonic()
                    self._look_again(late_since)
                else:
                    raise Timeout(f"the server on key {self._key & 0xFFFFFFFF:#010x} did not answer the greeting in time")
            version, bell, self._session, self._token = self._welcome
        if version != 1:
            raise Broken(f"the server speaks version {version}, and this client 1")
        found = _look("sem", bell - 1) if bell > 0 else None
        if found is not None and found[0] == 0 and found[3] == uid:  # for nobody else's semaphore
            if _semop(bell - 1, (1, _IPC_NOWAIT), (-1, _IPC_NOWAIT | _SEM_UNDO)) == 0:
                self._bell = bell - 1

    # What the two threads do

    def _watch(self):
        """Sleeps until the lock is given back, which the kernel does when the server ends, or removed."""
        until_zero = struct.pack("=Hhh", 0, 0, 0)
        pause = LOOK_EVERY
        while (
            _libc.semtimedop(self._lock, until_zero, 1, struct.pack("@ll", int(pause), int(pause % 1 * 10**9))) == -1
            and ctypes.get_errno() in (errno.EINTR, errno.EAGAIN)
            and self._is_server_there()
        ):
            with self._news:
                if self._closed:
                    return
                pause = LOOK_EVERY if self._follow() and self._send_again() else SEND_AGAIN
        # What the server had sent before is in the queue: this message comes after it.
        _libc.msgsnd(self._queue, _own_message(0), _ANSWER.size, 0)

    def _receive(self):
        buffer = ctypes.create_string_buffer(8 + LONGEST + 1)
        while True:
            # All but the certificate. What is longer than a message can be is cut, and so goes away.
            size = _libc.msgrcv(self._queue, buffer, LONGEST + 1, self._exempt, _MSG_EXCEPT | _MSG_NOERROR)
            if size == -1 and ctypes.get_errno() == errno.EINTR:
                continue
            with self._news:
                if size == -1:  # closed, or somebody removed the queue
                    self._removed = not self._ended and not self._closed
                    self._ended = True
                elif _ANSWER.size <= size <= LONGEST and struct.unpack_from("@l", buffer)[0] == _FROM_SERVER:
                    self._dispatch(buffer.raw[8 : 8 + size])
                self._news.notify_all()
                if size == -1:
                    return

    def _dispatch(self, body):
        number, kind, code, crc, position, total = _ANSWER.unpack_from(body)
        content = body[_ANSWER.size :]
        if kind == _OWN and number == 0 and position == 0:
            self._ended = True
        elif kind == _OWN and number == 0:
            self._marked = max(self._marked, position)
        elif kind == _WELCOME and len(content) == 40 and content[24:] == self._nonce:
            self._welcome = (code, crc, struct.unpack_from("=q", content)[0], content[8:24])
        call = self._calls.get(number)
        if call is None or kind not in (_FAILURE, _DATA, _END):
            return
        if kind == _FAILURE:
            call._error = Failure(code, content.decode(errors="replace"))
        elif position != call.received or total < -1 or (
            total >= 0 and (position + len(content) > total or (kind == _END and position + len(content) != total))
        ):
            call._error = Broken(f"a piece of the answer is missing, after {call.received} bytes")
            if kind == _DATA:  # where this does not fit, the server finds out when nobody gives it credit
                _libc.msgsnd(self._server, self._control(_CANCEL, number), _HEAD.size, _IPC_NOWAIT)
        else:
            call.total = None if total == -1 else total
            call.received += len(content)
            call._pieces.append((content, crc if kind == _END else None))
        if kind != _DATA or call._error is not None:
            call._over = True
            del self._calls[number]

    # What callers do

    def _why_ended(self, text):
        """Returns the exception of who finds the end of the server, or of this client's queue."""
        if self._removed:
            return QueueRemoved(f"this client's queue {self._queue} was removed (by ipcrm, or by systemd's RemoveIPC)")
        return ServerEnded(text)

    def _look_again(self, late_since):
        """Waits, after a deadline, until all is taken that stands in the queue by now. With self._news held.

        If this process was stopped (SIGSTOP), or did not run for another reason, the answer may be there though the time is
        over, and of the two threads the one that waits may run first. So it sends a mark behind what is there. Returns at
        once if that took LAST_LOOK before.
        """
        until = late_since + LAST_LOOK
        self._marks += 1
        mark, sent = self._marks, False
        while self._marked < mark and not self._ended and not self._closed:
            # If it does not fit, the queue is full, and the other thread is making room.
            sent = sent or _libc.msgsnd(self._queue, _own_message(mark), _ANSWER.size, _IPC_NOWAIT) == 0
            left = until - time.monotonic()
            if left <= 0:
                return
            self._news.wait(left if sent else min(left, 0.01))

    def _send(self, message, deadline=None):
        """Sends to the server. While its queue is full, tries again after a pause that grows to 5 ms."""
        pause = 0.00005
        while True:
            server = self._server
            try:
                return _send(server, message)
            except OSError as failed:
                if failed.errno in (errno.EIDRM, errno.EINVAL):
                    self._find_queue_again(server, failed)
                elif failed.errno != errno.EAGAIN:
                    raise
            if self._ended:
                raise self._why_ended("the server ended")
            if deadline is not None and time.monotonic() >= deadline:
                raise Timeout("the server's queue stayed full, or away, until the deadline")
            time.sleep(pause)
            pause = min(2 * pause, 0.005)

    def _is_server_there(self):
        """Returns whether the server's process holds its lock. Of a server without a lock nobody knows."""
        if self._lock is None:
            return True
        holder = _libc.semctl(self._lock, 0, _GETPID)  # who takes the lock between two looks is another server
        is_same = holder <= 0 or self._holder <= 0 or holder == self._holder
        return is_same and _libc.semctl(self._lock, 0, _GETVAL) > 0

    def _find_queue_again(self, last, failed):
        """The server's queue is gone. A server that lives makes another one: the sessions go on over that."""
        if self._lock is None or self._ended or not self._is_server_there():
            raise ServerEnded(f"the server's queue {last} is gone: the server ended") from failed
        with self._news:
            if self._follow() and self._server == last:
                raise failed  # it is there: the message is too long for it

    def _follow(self):
        """Returns whether the server has a queue. If it is another one, goes over to it. With self._news held."""
        queue = _libc.msgget(self._key, 0o200)
        if queue in (-1, self._server):
            return queue != -1
        found = _look("msg", queue)
        if found is None or (found[1], found[3]) != self._server_users:
            return False  # somebody else's would get the token
        self._server = queue
        self._lost = collections.deque([0, *self._calls])
        return True

    def _send_again(self):
        """Sends what may have been lost with the server's queue. Returns whether all fitted. With self._news held.

        Of what is sent twice the server drops the second.
        """
        while self._lost:
            message = self._lost_message(self._lost[0])
            if message is not None:
                size = len(message) - struct.calcsize("@l")
                if _libc.msgsnd(self._server, message, size, _IPC_NOWAIT) == -1:
                    return False
            self._lost.popleft()
        return True

    def _lost_message(self, number):
        if number == 0:
            return self._hello if self._welcome is None else None
        call = self._calls.get(number)
        if call is None:
            return None
        if call.received > 0:
            return self._control(_CREDIT, number, call._allowed)
        call._repeated = True
        return call._request

    def _control(self, kind, number=0, credit=0):
        return _message(_FROM_CLIENT, _HEAD.pack(self._session, self._token, number, kind, 0, 0, 0, credit, 0))

    def start(self, service, payload=b"", timeout=None):
        """Sends a request to a service and returns the Call. `timeout` in seconds is for the whole answer."""
        name = service.encode()
        if len(name) + len(payload) > LONGEST - _HEAD.size:
            raise ValueError(f"a request of {len(payload)} bytes is too long")
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._news:
            if self._closed or self._ended:
                raise self._why_ended("this client is closed, or its server ended: open another one")
            self._last_id += 1
            call = Call(self, self._last_id, deadline)
            wait = 0 if timeout is None else max(1, int(timeout * 1000))
            head = _HEAD.pack(self._session, self._token, call._number, _REQUEST, len(name), len(payload), wait, WINDOW, 0)
            call._request = _message(_FROM_CLIENT, head + name + payload)
            self._calls[call._number] = call
        try:
            self._send(call._request, deadline)
        except BaseException:
            self._cancel(call, tell=call._repeated)
            raise
        return call

    def _next(self, call):
        looked = False
        with self._news:
            while not call._pieces:
                if call._error is not None:
                    raise call._error
                if call._over:
                    raise StopIteration
                if self._ended or self._closed:
                    call._over = True
                    call._error = self._why_ended(f"the server ended before its answer did, after {call.received} bytes")
                    continue
                left = None if call._deadline is None else call._deadline - time.monotonic()
                if left is None or left > 0:
                    self._news.wait(left)
                elif not looked:
                    looked = True
                    call._late_since = call._late_since or time.monotonic()
                    self._look_again(call._late_since)
                else:
                    break
            piece = call._pieces.popleft() if call._pieces else None
        if piece is None:
            raise self._give_up(call, Timeout("the server did not answer before the deadline"))
        content, crc = piece
        call._taken += len(content)
        call._crc = crc32c(content, call._crc)
        if crc is not None and crc != call._crc:
            call._error = Broken(f"the checksum of the {call._taken} bytes that came is wrong")
            raise call._error
        if not call._over and call._late_since is None and call._allowed - call._taken <= WINDOW // 2:
            call._allowed = call._taken + WINDOW
            try:
                self._send(self._control(_CREDIT, call._number, call._allowed), call._deadline)
            except Timeout:
                pass  # what the server was allowed before may be here, and the deadline is looked at next
            except ServerEnded as failed:
                if self._lock is None:
                    raise self._give_up(call, failed) from None
                # All of the answer may be here. The lock tells when nothing more can come.
            except BaseException as failed:
                self._give_up(call, failed)
                raise
        return content if content or crc is None else self._next(call)

    def _give_up(self, call, error):
        """Ends a call with an error, and returns the error."""
        self._cancel(call)
        call._error = error
        return error

    def _cancel(self, call, tell=True):
        with self._news:
            in_flight = self._calls.pop(call._number, None) is not None
            call._over = True
            call._pieces.clear()
        if in_flight and tell and not self._ended:
            try:
                self._send(self._control(_CANCEL, call._number), time.monotonic() + 1)
            except (LetterboxError, OSError):
                pass  # the server finds out when nobody reads

    def start_get(self, name, offset=0, length=None, prefix_crc=None, timeout=None):
        """Asks for a file or a part of it. With `prefix_crc` the server first compares what comes before `offset`."""
        return self.start("files", _file_payload(_GET, name, offset, length, prefix_crc), timeout)

    def get(self, name, offset=0, length=None, prefix_crc=None, timeout=None):
        """Returns the bytes of a file, or of a part of it."""
        return self.start_get(name, offset, length, prefix_crc, timeout).read()

    def list(self, name=".", timeout=None):
        """Yields the entries of a directory; "." is the served one."""
        return _entries(self.start("files", _file_payload(_LIST, name), timeout))

    def stat(self, name, timeout=None):
        """Returns what a file is; of a link, what it names."""
        entries = list(_entries(self.start("files", _file_payload(_STAT, name), timeout)))
        if len(entries) != 1:
            raise Broken("the server told nothing of the file")
        return entries[0]

    def close(self):
        """Says farewell and removes the private queue. Closing again does nothing."""
        with self._news:
            if self._closed:
                return
            self._closed = True
            self._news.notify_all()
        if self._session and not self._ended:
            message = self._control(_BYE)
            _libc.msgsnd(self._server, message, _HEAD.size, _IPC_NOWAIT)
        if self._bell is not None:
            _semop(self._bell, (1, _IPC_NOWAIT | _SEM_UNDO), (-1, _IPC_NOWAIT))
        if self._queue is not None:
            _libc.msgctl(self._queue, _IPC_RMID, None)
        if self._address is not None and self._address != ctypes.c_void_p(-1).value:
            _libc.shmdt(self._address)  # last: as long as the queue is there, its owner must be seen to live

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.close()


def _own_message(mark):
    """A message of this client to itself: 0 for the end of the server, 1 or more for what stood in the queue before it."""
    return _message(_FROM_SERVER, _ANSWER.pack(0, _OWN, 0, 0, mark, 0))


def _run_quietly(work):
    """Runs in a thread that takes no signals: they are for the main thread."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    work()


def _inode(path):
    try:
        return os.stat(path).st_ino & 0xFFFFFFFF
    except FileNotFoundError:
        return 0


def _file_payload(operation, name, offset=0, length=None, prefix_crc=None):
    count = _MOST if length is None else length
    if offset < 0 or count < 0:
        raise ValueError("a range cannot be negative")
    flags = 0 if prefix_crc is None else 1
    return _FILE.pack(operation, flags, 0, prefix_crc or 0, offset, count) + os.fsencode(name)


def _entries(pieces):
    """Entries come one after the other, and a message may end anywhere in one."""
    rest = b""
    for piece in pieces:
        rest += piece
        at = 0
        while len(rest) - at >= _ENTRY.size:
            length, mode, size, seconds, nanos = _ENTRY.unpack_from(rest, at)
            end = at + _ENTRY.size + length
            if end > len(rest):
                break
            yield Entry(os.fsdecode(rest[at + _ENTRY.size : end]), mode, size, seconds * 10**9 + nanos)
            at = end
        rest = rest[at:]
    if rest:
        raise Broken("the last entry of the list is cut")


# ---- The command ----


def _range(text):
    first, dash, last = text.partition("-")
    if not dash or not first.isdecimal() or (last and (not last.isdecimal() or int(last) < int(first))):
        raise argparse.ArgumentTypeError("a range is such as 0-99 or 100-")
    if int(last or first) >= _MOST:
        raise argparse.ArgumentTypeError(f"a range ends before byte {_MOST}")
    return int(first), int(last) - int(first) + 1 if last else None


def _seconds(text):
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= 1_000_000_000:
        raise argparse.ArgumentTypeError("a time is a number of seconds above 0")
    return seconds


def _number(text):
    try:
        key = int(text, 0)
    except ValueError:
        key = 0
    if key == 0 or not -(2**31) <= key < 2**32:
        raise argparse.ArgumentTypeError("a key is such as 0x1aaaaaa1, and not 0")
    return key


def _printable(text):
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogateescape").decode() for c in text)


def _show(entry):
    seconds, nanos = divmod(entry.mtime, 10**9)
    print(f"{entry.mode:06o} {entry.size} {seconds}.{nanos:09} {_printable(entry.name)}")


def main():
    parser = argparse.ArgumentParser(description="Fetches files from a Letterbox server, lists and describes them.")
    parser.add_argument("-k", "--key", type=_number, default=KEY, help="the server's key (default: 0x1aaaaaa1)")
    parser.add_argument("-t", "--timeout", type=_seconds, help="seconds to wait for each answer")
    parser.add_argument("-r", "--range", type=_range, default=(0, None), help="get: only bytes A to B (A-B), or from A to the end (A-)")
    parser.add_argument("command", choices=("get", "ls", "stat"))
    parser.add_argument("name", nargs="*", help="for ls: the served directory, if none is given")
    words = parser.parse_intermixed_args()  # "get -t 1 NAME" too
    names = words.name or (["."] if words.command == "ls" else parser.error("a name is missing"))
    clean_up_at_exit()
    if sys.stdout is None:
        print("letterbox.py: standard output is closed", file=sys.stderr)
        return 1
    status = 0
    try:
        with Client(words.key, words.timeout or 10) as client:
            for name in names:
                try:
                    if words.command == "get":
                        received = 0
                        for piece in client.start_get(name, *words.range, timeout=words.timeout):
                            received += sys.stdout.buffer.write(piece)
                        if received == 0 and words.range[0] > 0:
                            # The server sends nothing then, as to a client that resumes and has all.
                            raise LetterboxError("it ends before the range begins")
                    elif words.command == "ls":
                        for entry in client.list(name, words.timeout):
                            _show(entry)
                    else:
                        _show(client.stat(name, words.timeout))
                except LetterboxError as failed:
                    print(f"letterbox.py: {_printable(name)}: {_printable(str(failed))}", file=sys.stderr)
                    status = 1
        sys.stdout.flush()
    except BrokenPipeError:  # as in "... | head": what is left must not be written at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 1
    except OSError as failed:
        print(f"letterbox.py: cannot write: {failed.strerror}", file=sys.stderr)
        status = 1
    except LetterboxError as failed:
        print(f"letterbox.py: {_printable(str(failed))}", file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        status = 130
    return status


if __name__ == "__main__":
    sys.exit(main())
