package dev.letterbox.testkit;

/** The system calls in which tests look for sleeping threads, by their numbers on this machine. */
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

    private final int number;

    Syscall(int x86, int arm) {
        number = switch (System.getProperty("os.arch")) {
            case "amd64" -> x86;
            case "aarch64" -> arm;
            case String other ->
                throw new UnsupportedOperationException("No system call numbers are known for " + other);
        };
    }

    /** Returns the kernel's number. */
    public int number() {
        return number;
    }
}
