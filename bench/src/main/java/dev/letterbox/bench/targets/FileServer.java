package dev.letterbox.bench.targets;

import dev.letterbox.bench.CpuClock;
import dev.letterbox.bench.EndedChildren;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Proc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Is a running file server.
 *
 * @param name what to call it in a table
 * @param key where its clients find it
 * @param process it
 * @param workers the processes that it had from the start
 * @param log where it logs each request, if it does
 */
record FileServer(
        String name,
        String key,
        ChildProcess process,
        List<Proc> workers,
        @Nullable Path log) implements AutoCloseable {
    static FileServer start(String name, String key, Command command, String ready, @Nullable Path log) {
        ChildProcess process = (log == null ? command : command.errTo(log)).start();
        try {
            process.awaitLine(ready);
            return new FileServer(name, key, process, process.proc().children(), log);
        } catch (AssertionError failed) {
            process.close();
            throw failed;
        }
    }

    /** Returns the processor time of the server so far, of its worker processes, and of its children that have ended. */
    long cpuNanos() {
        return CpuClock.nanosOf(process.pid())
                + workers.stream()
                        .mapToLong(worker -> CpuClock.nanosOf(worker.pid()))
                        .sum()
                + EndedChildren.cpuNanosOf(process.pid());
    }

    /** Forgets what was logged: a turn makes up to a hundred thousand lines. */
    void emptyLog() {
        if (log != null) {
            try (FileChannel file = FileChannel.open(log, StandardOpenOption.WRITE)) {
                file.truncate(0);
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        }
    }

    /** Ends it as an operator would, so that it removes its queue. */
    @Override
    public void close() {
        try (process) {
            if (process.isAlive()) {
                process.signal("TERM");
                process.exit(Deadline.PATIENCE);
            }
        }
    }
}
