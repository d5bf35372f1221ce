package dev.letterbox.process;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes what a worker process writes to standard error and logs it line by line, as the server's own log. So a worker never
 * waits for whoever reads that log, and what a line may be is the log's affair.
 */
final class WorkerLog {
    private static final Logger LOG = System.getLogger(WorkerProcesses.class.getName());

    /** What is longer is cut. */
    static final int LONGEST_LINE = 2_000;

    private WorkerLog() {}

    /** Logs all there is, until its end: the worker has ended then, and so has whatever it started. */
    static void copy(long pid, InputStream from) {
        try (InputStream in = new BufferedInputStream(from)) {
            byte[] line = new byte[LONGEST_LINE];
            int length = 0;
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next == '\n') {
                    log(pid, line, length);
                    length = 0;
                } else if (length < line.length) {
                    line[length] = (byte) next;
                    length++;
                }
            }
            if (length > 0) {
                log(pid, line, length);
            }
        } catch (IOException closed) {
            LOG.log(Level.DEBUG, "the log of worker process {0,number,#} breaks off: {1}", pid, closed.getMessage());
        }
    }

    private static void log(long pid, byte[] line, int length) {
        LOG.log(
                Level.WARNING,
                "Worker process {0,number,#}: {1}",
                pid,
                new String(Arrays.copyOf(line, length), StandardCharsets.UTF_8).stripTrailing());
    }
}
