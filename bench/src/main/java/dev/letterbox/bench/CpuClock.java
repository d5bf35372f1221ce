package dev.letterbox.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Tells how much processor time a process has used, in nanoseconds; the JDK's own way counts in steps of 10 ms. */
@SuppressWarnings("restricted") // a native function; there is no other way to it
public final class CpuClock {
    private static final int CLOCK_PROCESS_CPUTIME_ID = 2;

    /** {@code CPUCLOCK_SCHED}, in the lowest bits of the clock of another process: its scheduled time, not in ticks. */
    private static final int SCHEDULED = 2;

    private static final Linker LINKER = Linker.nativeLinker();
    // int clock_gettime(clockid_t clk_id, struct timespec *tp);
    private static final MethodHandle CLOCK_GETTIME = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("clock_gettime"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    private CpuClock() {}

    /** Returns the time that this process used so far, by all threads, in user and kernel mode. */
    public static long nanos() {
        return read(CLOCK_PROCESS_CPUTIME_ID);
    }

    /**
     * Returns the time that another process used so far, ended threads included, its children not.
     *
     * @param pid the process, which runs
     */
    public static long nanosOf(long pid) {
        // What glibc's clock_getcpuclockid makes of a process id.
        return read(~(int) pid << 3 | SCHEDULED);
    }

    private static long read(int clock) {
        try (Arena arena = Arena.ofConfined()) {
            // struct timespec { time_t tv_sec; long tv_nsec; }
            MemorySegment time = arena.allocate(2 * JAVA_LONG.byteSize(), JAVA_LONG.byteAlignment());
            if ((int) CLOCK_GETTIME.invokeExact(clock, time) != 0) {
                throw new AssertionError("clock_gettime(" + clock + ") failed: does the process run?");
            }
            return 1_000_000_000L * time.getAtIndex(JAVA_LONG, 0) + time.getAtIndex(JAVA_LONG, 1);
        } catch (RuntimeException | Error passedOn) {
            throw passedOn;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
