package dev.letterbox.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The system calls in which tests look for sleeping threads, by their numbers in this kernel. An emulated JVM sees the
 * numbers of the machine that emulates it.
 */
public enum Syscall {
    /** Reads from a descriptor. */
    READ(0, 63),
    /** Writes to a descriptor; sleeps while a pipe is full. */
    WRITE(1, 64),
    /** Sends a message; sleeps while the queue is full. */
    MSGSND(69, 189),
    /** Receives a message; sleeps while there is none. */
    MSGRCV(70, 188),
    /** Waits for another thread. */
    FUTEX(202, 98),
    /** Sleeps for a time. */
    CLOCK_NANOSLEEP(230, 115);

    private final int x86;
    private final int arm;

    Syscall(int x86, int arm) {
        this.x86 = x86;
        this.arm = arm;
    }

    /** Returns the kernel's number. */
    public int number() {
        return switch (Kernel.READ_NUMBER) {
            case "0" -> x86;
            case "63" -> arm;
            case String other ->
                throw new UnsupportedOperationException("No kernel is known in which read has the number " + other);
        };
    }

    /** A thread that looks at itself finds the number of the call by which it looks. */
    private static final class Kernel {
        static final String READ_NUMBER = read();

        private static String read() {
            try (BufferedReader own = Files.newBufferedReader(Path.of("/proc/thread-self/syscall"))) {
                return String.valueOf(own.readLine()).split(" ", 2)[0];
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
