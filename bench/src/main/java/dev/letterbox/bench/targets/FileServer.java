package dev.letterbox.bench.targets;

import dev.letterbox.bench.CpuClock;
import dev.letterbox.bench.EndedChildren;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Proc;
import java.util.List;

/**
 * Is a running file server.
 *
 * @param name what to call it in a table
 * @param key where its clients find it
 * @param process it
 * @param workers the processes that it had from the start
 */
record FileServer(String name, String key, ChildProcess process, List<Proc> workers) implements AutoCloseable {
    static FileServer start(String name, String key, Command command, String ready) {
        ChildProcess process = command.start();
        try {
            process.awaitLine(ready);
            return new FileServer(name, key, process, process.proc().children());
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
