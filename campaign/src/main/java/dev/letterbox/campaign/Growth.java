package dev.letterbox.campaign;

import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Proc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks again and again at what a server has, and fails where that grows from its first look on. */
final class Growth {
    private static final Pattern ALL_OBJECTS = Pattern.compile("Total +\\d+ +(\\d+)");
    private static final long MEBIBYTE = 1 << 20;

    private final LiveServer server;
    private final int moreThreads;
    private @Nullable Sample first;

    /**
     * Makes one, before its first look.
     *
     * @param moreThreads how many more threads are no growth: those that were at work a moment ago are kept for a while
     */
    Growth(LiveServer server, int moreThreads) {
        this.server = server;
        this.moreThreads = moreThreads;
    }

    /** Is what the server has at one moment. */
    private record Sample(
            long requests, long heap, int threads, int descriptors, int queues, int segments, long resident) {
        static final String HEADER =
                "| requests | live heap, KiB | threads | descriptors | queues | segments | resident, MiB |"
                        + "\n|--:|--:|--:|--:|--:|--:|--:|";

        String row() {
            return String.format(
                    Locale.ROOT,
                    "| %d | %d | %d | %d | %d | %d | %d |",
                    requests,
                    heap / 1024,
                    threads,
                    descriptors,
                    queues,
                    segments,
                    resident / MEBIBYTE);
        }

        void expectLike(Sample before, int moreThreads) {
            // The bounds are for what compilers and collectors do; a leak in each request exceeds them soon.
            expect("live heap", heap, before.heap + before.heap / 4 + 2 * MEBIBYTE);
            expect("threads", threads, before.threads + moreThreads);
            expect("descriptors", descriptors, before.descriptors + 4);
            expect("queues", queues, before.queues);
            expect("segments", segments, before.segments);
            expect("resident memory", resident, before.resident + before.resident / 4 + 32 * MEBIBYTE);
        }

        private static void expect(String what, long now, long most) {
            if (now > most) {
                throw new AssertionError("The server's " + what + " grows: " + now + ", more than " + most);
            }
        }
    }

    /**
     * Looks, and prints what it sees.
     *
     * @param requests how many were answered so far
     */
    void look(long requests, Tally tally) {
        Proc proc = server.process().proc();
        IpcTable table = IpcTable.now();
        Sample now = new Sample(
                requests,
                liveHeap(),
                proc.threadCount(),
                proc.descriptorCount(),
                table.queues().size(),
                table.segments().size(),
                proc.residentBytes());
        Sample before = first;
        if (before == null) {
            first = now;
            tally.print(Sample.HEADER);
        }
        tally.print(now.row());
        if (before != null) {
            now.expectLike(before, moreThreads);
        }
    }

    /** Counts what is reachable, after a collection that this brings about. */
    private long liveHeap() {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        String histogram = Command.of(jcmd, "" + server.process().pid(), "GC.class_histogram")
                .run(Duration.ofMinutes(2))
                .expect(0)
                .text();
        Matcher all = ALL_OBJECTS.matcher(histogram);
        if (!all.find()) {
            throw new AssertionError(
                    "No total in what jcmd says: " + histogram.lines().limit(3).toList());
        }
        return Long.parseLong(all.group(1));
    }
}
