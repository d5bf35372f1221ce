package dev.letterbox.queues;

import dev.letterbox.sysv.life.SemaphoreSet;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.Linux;

/** Makes semaphore sets, as another program may: five semaphores each, with the key and the mode given in pairs. */
final class Squatter {
    private Squatter() {}

    public static void main(String[] keysAndModes) {
        for (int at = 0; at < keysAndModes.length; at += 2) {
            int mode = Integer.parseInt(keysAndModes[at + 1], 8);
            make(Integer.decode(keysAndModes[at]), 5, mode);
        }
    }

    /** Makes what looks like the lock that a server of this user left when it was killed, with any queue. */
    static final class Imitator {
        private Imitator() {}

        public static void main(String[] key) throws ErrnoException {
            SemaphoreSet.open(Linux.host(), Integer.decode(key[0]), 8).set(1, 1);
        }
    }

    static void make(int key, int count, int mode) {
        long id = Linux.host().semget(key, count, Linux.IPC_CREAT | Linux.IPC_EXCL | mode);
        if (id < 0) {
            throw new AssertionError("semget: " + id);
        }
    }
}
