package dev.letterbox.sysv;

import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.waiting.Waker;

/** Sends the library's own signal to a thread for no reason, as any other program may. */
final class Strays {
    private Strays() {}

    static void hit(long tid) {
        long sent = Linux.host().tgkill((int) ProcessHandle.current().pid(), (int) tid, Waker.INSTANCE.signal());
        if (sent != 0) {
            throw new AssertionError("tgkill: " + sent);
        }
    }
}
