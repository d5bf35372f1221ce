package dev.letterbox.bench.targets;

import dev.letterbox.bench.CpuClock;
import dev.letterbox.bench.EndedChildren;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;

/**
 * Is a running file server.
 *
 * @param name what to call it in a table
 * @param key where its clients find it
 * @param process it
 */
record FileServer(String name, String key, ChildProcess process) implements AutoCloseable {
    static FileServer start(String name, String key, Command command, String ready) {
        ChildProcess process = command.start();
        try {
            process.awaitLine(ready);
            return new FileServer(name, key, process);
        } catch (AssertionError failed) {
            process.close();
            throw failed;
        }
    }

    /** Returns the processor time of the server so far, and of its forked children that have ended. */
    long cpuNanos() {
        return CpuClock.nanosOf(process.pid()) + EndedChildren.cpuNanosOf(process.pid());
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
