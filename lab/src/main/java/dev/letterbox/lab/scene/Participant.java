package dev.letterbox.lab.scene;

import dev.letterbox.lab.result.LabFailure;
import dev.letterbox.lab.result.Latencies;
import dev.letterbox.lab.role.Child;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A process that takes part in an experiment. It is given orders in lines, and reports in lines. Closing it ends the process. */
public final class Participant implements AutoCloseable {
    /** How long to wait for what must come: long enough for a JVM to start on a busy machine. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration END = Duration.ofMinutes(1);

    private final String name;
    private final Process process;
    private final Writer orders;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final KernelView.Switches switches;

    Participant(String name, List<String> command) throws IOException {
        this.name = name;
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        orders = new BufferedWriter(process.outputWriter());
        switches = new KernelView.Switches(process.pid());
        Thread.ofPlatform().daemon().name("lab-" + name).start(this::listen);
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public KernelView.Switches switches() {
        return switches;
    }

    private void listen() {
        try (BufferedReader from = process.inputReader()) {
            String line = from.readLine();
            while (line != null) {
                said.add(line);
                line = from.readLine();
            }
            said.add("ended");
        } catch (IOException ended) {
            said.add("ended: " + ended.getMessage());
        }
    }

    public void tell(String order) throws LabFailure {
        try {
            orders.write(order + "\n");
            orders.flush();
        } catch (IOException gone) {
            throw new LabFailure(
                    "The process '" + name + "' ended before it was told to " + order + ": " + gone.getMessage() + ".");
        }
    }

    /** Waits for a line that begins with a word, skips the lines before it, and returns the rest of the line. */
    public String await(String word) throws LabFailure, InterruptedException {
        return await(word, PATIENCE);
    }

    public String await(String word, Duration longest) throws LabFailure, InterruptedException {
        long deadline = System.nanoTime() + longest.toNanos();
        while (true) {
            String line = said.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null) {
                throw new LabFailure(
                        "The process '%s' did not say '%s' within %d s.".formatted(name, word, longest.toSeconds()));
            }
            if (line.equals(word) || line.startsWith(word + " ")) {
                return line.substring(word.length()).strip();
            }
            if (line.startsWith("ended") || line.startsWith("failed")) {
                throw new LabFailure("The process '" + name + "' said '" + line + "' instead of '" + word + "'.");
            }
        }
    }

    /** Returns how long the requests took that were answered since the last call of this method or {@link #counted}. */
    public Latencies count() throws LabFailure, InterruptedException {
        return Latencies.of(counted());
    }

    /** Does the same as {@link #count}, and returns how long each request took, in microseconds. */
    public long[] counted() throws LabFailure, InterruptedException {
        tell(Child.COUNT);
        return Latencies.read(await("counted"));
    }

    /** Ends the process with SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Tells the process to end. */
    void dismiss() {
        try {
            orders.close();
        } catch (IOException goneAlready) {
            process.destroy();
        }
    }

    /** Ends the process and waits for its end, even if the thread is interrupted: nothing may be left behind. */
    @Override
    public void close() {
        dismiss();
        boolean interrupted = false;
        long deadline = System.nanoTime() + END.toNanos();
        while (process.isAlive()) {
            try {
                if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    process.destroyForcibly();
                    deadline = System.nanoTime() + END.toNanos();
                }
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
