package dev.letterbox.sysv.waiters;

import dev.letterbox.sysv.waiters.Waiter.Call;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The numbers that a kernel gives to the calls that sleep in a queue, for its own programs and for those of 32 bits that it
 * runs as well. Where the numbers of both are used, a number that means {@code msgrcv} to one kind of program is a call
 * that never sleeps to the other.
 *
 * <p>{@code /proc/PID/task/TID/syscall} shows a call as its number, six arguments, the stack pointer and the program counter.
 * See proc_pid_syscall(5), syscall(2), and ipc(2) for the one call that i386 has for all of System V IPC.
 */
enum SyscallTable {
    /** x86-64, with i386 and x32. */
    X86_64(0) {
        @Override
        Optional<Sleep> sleep(long number, long[] arguments) {
            return switch ((int) (number & ~X32_BIT)) {
                case 69 -> send(arguments[0], arguments[2], arguments[3]);
                case 70 -> receive(arguments[0], arguments[3], arguments[4]);
                case 117 -> ipc(arguments);
                case 400 -> send(arguments[0], arguments[2], arguments[3]);
                case 401 -> receive(arguments[0], signed32(arguments[3]), arguments[4]);
                default -> Optional.empty();
            };
        }
    },

    /** aarch64, with 32-bit ARM. */
    AARCH64(63) {
        @Override
        Optional<Sleep> sleep(long number, long[] arguments) {
            return switch ((int) number) {
                case 188 -> receive(arguments[0], arguments[3], arguments[4]);
                case 189 -> send(arguments[0], arguments[2], arguments[3]);
                case 301 -> send(arguments[0], arguments[2], arguments[3]);
                case 302 -> receive(arguments[0], signed32(arguments[3]), arguments[4]);
                default -> Optional.empty();
            };
        }
    },

    /** Any other kernel, or one that does not show calls. */
    UNKNOWN(-1) {
        @Override
        Optional<Sleep> sleep(long number, long[] arguments) {
            return Optional.empty();
        }
    };

    private static final int ARGUMENTS = 6;
    private static final long X32_BIT = 0x4000_0000;
    private static final int IPC_MSGSND = 11;
    private static final int IPC_MSGRCV = 12;

    private final int read;

    SyscallTable(int read) {
        this.read = read;
    }

    /**
     * A call that sleeps in a queue.
     *
     * @param call which call
     * @param queue the queue's id
     * @param type which message a receiver waits for, if known
     * @param flags the flags
     * @param bytes how many bytes a sender sends
     */
    record Sleep(Call call, OptionalInt queue, OptionalLong type, OptionalInt flags, OptionalLong bytes) {
        /** Returns a call of which nothing else is known. */
        static Sleep somewhere(Call call) {
            return new Sleep(
                    call, OptionalInt.empty(), OptionalLong.empty(), OptionalInt.empty(), OptionalLong.empty());
        }
    }

    /** Returns what a call is, if it sleeps in a queue. */
    abstract Optional<Sleep> sleep(long number, long[] arguments);

    /** Returns what a line of {@code syscall} shows, if it is a call that sleeps in a queue. */
    final Optional<Sleep> sleep(String line) {
        String[] words = line.strip().split(" ", -1);
        if (words.length <= ARGUMENTS) {
            // One word, such as "running", or a thread that sleeps outside of calls.
            return Optional.empty();
        }
        try {
            long[] arguments = new long[ARGUMENTS];
            for (int each = 0; each < ARGUMENTS; each++) {
                arguments[each] = Long.parseUnsignedLong(words[each + 1].substring("0x".length()), 16);
            }
            return sleep(Long.parseLong(words[0]), arguments);
        } catch (NumberFormatException | StringIndexOutOfBoundsException unknownForm) {
            return Optional.empty();
        }
    }

    private static Optional<Sleep> send(long id, long bytes, long flags) {
        return Optional.of(new Sleep(
                Call.SEND,
                OptionalInt.of((int) id),
                OptionalLong.empty(),
                OptionalInt.of((int) flags),
                OptionalLong.of(bytes)));
    }

    private static Optional<Sleep> receive(long id, long type, long flags) {
        return Optional.of(new Sleep(
                Call.RECEIVE,
                OptionalInt.of((int) id),
                OptionalLong.of(type),
                OptionalInt.of((int) flags),
                OptionalLong.empty()));
    }

    /** Returns what a program of 32 bits means: the kernel shows the lower half alone. */
    private static long signed32(long argument) {
        int value = (int) argument;
        return value;
    }

    /** The upper half of the first argument is a version. Before version 1 the type is in the program's memory. */
    private static Optional<Sleep> ipc(long[] arguments) {
        int version = (int) arguments[0] >>> 16;
        return switch ((int) arguments[0] & 0xffff) {
            case IPC_MSGSND -> send(arguments[1], arguments[2], arguments[3]);
            case IPC_MSGRCV ->
                Optional.of(new Sleep(
                        Call.RECEIVE,
                        OptionalInt.of((int) arguments[1]),
                        version == 0 ? OptionalLong.empty() : OptionalLong.of(signed32(arguments[5])),
                        OptionalInt.of((int) arguments[3]),
                        OptionalLong.empty()));
            default -> Optional.empty();
        };
    }

    /**
     * Returns the table of this kernel. The JVM's machine does not tell it: an emulated JVM sees the numbers of the machine
     * that emulates. So a thread looks at itself, and finds the number of the call by which it looks.
     */
    static SyscallTable ofThisKernel() {
        try (BufferedReader own =
                Files.newBufferedReader(Path.of("/proc/thread-self/syscall"), StandardCharsets.ISO_8859_1)) {
            return of(String.valueOf(own.readLine()));
        } catch (IOException hidden) {
            return UNKNOWN;
        }
    }

    /** Returns the table in which this line is a call of {@code read}. */
    static SyscallTable of(String line) {
        String number = line.split(" ", 2)[0];
        for (SyscallTable each : values()) {
            if (each != UNKNOWN && String.valueOf(each.read).equals(number)) {
                return each;
            }
        }
        return UNKNOWN;
    }
}
