package dev.letterbox.cli.command;

import dev.letterbox.sysv.file.Descriptor;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.LinuxFiles;
import java.io.IOException;

/**
 * Watches whether anybody can still read stdout, while a command waits for something else: it ends the wait by an interrupt
 * once nobody can, as in a pipe to {@code head}. It sleeps in the kernel, and costs nothing until then.
 */
public final class Readers {
    private static final int STDOUT = 1;

    private final Thread working = Thread.currentThread();
    private boolean wanted = true;
    private boolean gone;

    private Readers() {}

    /** Is what waits. */
    @FunctionalInterface
    public interface Work {
        /** Does it, and returns the exit status. */
        int call() throws IOException, CommandFailure, InterruptedException;
    }

    /**
     * Works for as long as anybody can read what comes of it.
     *
     * @return the work's exit status; 1 where the wait was broken off
     */
    public static int workFor(Work work) throws IOException, CommandFailure, InterruptedException {
        Readers readers = new Readers();
        Thread.ofPlatform().daemon().name("letterbox-readers").start(readers::await);
        try {
            return work.call();
        } catch (InterruptedException interrupted) {
            if (readers.leave()) {
                return 1;
            }
            throw interrupted;
        } finally {
            if (readers.leave()) {
                // An interrupt that the work did not hear is nobody else's.
                Thread.interrupted();
            }
        }
    }

    private void await() {
        try {
            Descriptor.awaitNoReader(LinuxFiles.host(), STDOUT);
        } catch (ErrnoException noMemory) {
            // The next write will tell as well.
            return;
        }
        synchronized (this) {
            gone = true;
            if (wanted) {
                working.interrupt();
            }
        }
    }

    /** Lets no interrupt come any more, and tells whether one came. */
    private synchronized boolean leave() {
        wanted = false;
        return gone;
    }
}
