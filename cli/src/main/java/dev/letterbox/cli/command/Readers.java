package dev.letterbox.cli.command;

import dev.letterbox.sysv.file.Descriptor;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.LinuxFiles;
import java.io.IOException;

/**
 * Interrupts a command that waits for something else once stdout has no reader any more, as in a pipe to {@code head}.
 * Until then it sleeps in the kernel and uses no processor time.
 */
public final class Readers {
    private static final int STDOUT = 1;

    private final Thread working = Thread.currentThread();
    private boolean wanted = true;
    private boolean gone;

    private Readers() {}

    /** Work that may have to wait. */
    @FunctionalInterface
    public interface Work {
        /** Does the work and returns the exit status. */
        int call() throws IOException, CommandFailure, InterruptedException;
    }

    /**
     * Works as long as stdout has a reader.
     *
     * @return the exit status of the work; 1 if it was interrupted because stdout has no reader
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
                // An interrupt that the work did not notice must not reach anybody else.
                Thread.interrupted();
            }
        }
    }

    private void await() {
        try {
            Descriptor.awaitNoReader(LinuxFiles.host(), STDOUT);
        } catch (ErrnoException noMemory) {
            // The next write will fail as well.
            return;
        }
        synchronized (this) {
            gone = true;
            if (wanted) {
                working.interrupt();
            }
        }
    }

    /** Prevents further interrupts and returns whether one was sent. */
    private synchronized boolean leave() {
        wanted = false;
        return gone;
    }
}
