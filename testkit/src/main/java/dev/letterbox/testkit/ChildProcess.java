package dev.letterbox.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A running program. Closing it kills it and all that it ever started, and waits until they are gone.
 *
 * <p>Whatever it starts is found by a mark in the environment that children inherit, so also when the processes between
 * have ended.
 */
public final class ChildProcess implements AutoCloseable {
    /** The variable that marks the descendants of a test: one path for each child, such as {@code /4711-3}. */
    static final String MARK = "LETTERBOX_TESTKIT_CHILD";

    private static final AtomicLong COUNT = new AtomicLong();
    private static final Set<ChildProcess> OPEN = ConcurrentHashMap.newKeySet();

    static {
        // For a test run that is itself stopped: its @AfterEach and try-with-resources never run.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(ChildProcess::close)));
    }

    private final String command;
    private final boolean lasting;
    private final String mark;
    private final Process process;
    private final Capture out;
    private final Capture err;

    ChildProcess(Command command, boolean lasting) {
        this.lasting = lasting;
        this.command = command.toString();
        mark = markOfThisJvm() + COUNT.incrementAndGet() + "/";
        process = command.launch(MARK, mark);
        OPEN.add(this);
        out = new Capture(process.getInputStream(), "stdout of " + pid());
        err = new Capture(process.getErrorStream(), "stderr of " + pid());
        byte[] input = command.input();
        if (input != null) {
            Thread.ofPlatform().daemon().name("stdin of " + pid()).start(() -> write(input));
        }
    }

    /** Returns its process id. */
    public long pid() {
        return process.pid();
    }

    /** Reads what the kernel tells about it. */
    public Proc proc() {
        return new Proc(pid());
    }

    /** Returns whether it still runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Returns what it has written to standard output so far. */
    public String out() {
        return out.text();
    }

    /** Returns what it has written to standard error so far. */
    public String err() {
        return err.text();
    }

    /** Waits up to {@link Deadline#PATIENCE} for a line on standard output in which the regular expression is found. */
    public MatchResult awaitLine(String regex) {
        return awaitLine(regex, Deadline.PATIENCE);
    }

    /** Waits for a line on standard output, from its beginning, in which the regular expression is found. */
    public MatchResult awaitLine(String regex, Duration within) {
        return await(out, "standard output", 1, regex, within).getFirst();
    }

    /** Waits for so many lines on standard output in which the regular expression is found. */
    public List<MatchResult> awaitLines(int count, String regex, Duration within) {
        return await(out, "standard output", count, regex, within);
    }

    /** Waits up to {@link Deadline#PATIENCE} for a line on standard error in which the regular expression is found. */
    public MatchResult awaitErrLine(String regex) {
        return awaitErrLine(regex, Deadline.PATIENCE);
    }

    /** Waits for a line on standard error, from its beginning, in which the regular expression is found. */
    public MatchResult awaitErrLine(String regex, Duration within) {
        return await(err, "standard error", 1, regex, within).getFirst();
    }

    /** Waits for so many lines on standard error in which the regular expression is found. */
    public List<MatchResult> awaitErrLines(int count, String regex, Duration within) {
        return await(err, "standard error", count, regex, within);
    }

    /** Waits up to {@link Deadline#PATIENCE} for its end. */
    public Finished exit() {
        return exit(Deadline.PATIENCE);
    }

    /** Waits for its end, and fails with all it wrote when that does not come in time. */
    public Finished exit(Duration within) {
        try {
            if (!process.waitFor(within.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError("Still runs after %s s: %s".formatted(Await.inSeconds(within), describe()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("Interrupted while waiting for the end of " + describe(), e);
        }
        out.awaitAll();
        err.awaitAll();
        return new Finished(command, process.exitValue(), out.bytes(), err.text());
    }

    /** Writes a line to its standard input, which {@link Command#openInput} left open. */
    public void writeLine(String line) {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException("It reads no more: " + describe(), e);
        }
    }

    /** Ends its standard input, which {@link Command#openInput} left open. */
    public void endInput() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // It has ended, and what it had not read yet is nobody's any more.
            return;
        }
    }

    /** Sends KILL to it alone: what it started lives on until {@link #close()}. */
    public void kill() {
        process.destroyForcibly();
    }

    /** Sends it a signal by name: TERM, INT, HUP, QUIT, STOP, CONT. Returns after STOP when it stands still. */
    public void signal(String name) {
        proc().signal(name);
    }

    /** Kills it and all its descendants, and waits until none is left. */
    @Override
    public void close() {
        Await.despiteInterrupts(() -> {
            Await.value(
                    "process %d and its descendants have ended".formatted(pid()),
                    this::killFamily,
                    killed -> killed.isEmpty() && !process.isAlive());
            Await.until(
                    "nobody holds the outputs of process %d any more".formatted(pid()),
                    () -> out.hasEnded() && err.hasEnded());
        });
        OPEN.remove(this);
    }

    /** Shows the command, what its threads do, and what it wrote so far. */
    public String describe() {
        String threads = proc().tasks().stream().map(Proc.Task::toString).collect(Collectors.joining(", "));
        return "process %d (threads: %s) %s".formatted(pid(), threads, Finished.show(command, out.text(), err.text()));
    }

    /** Returns how every mark set by this JVM begins: with this JVM's own mark, when it is itself a child of a test. */
    static String markOfThisJvm() {
        String outer = System.getenv(MARK);
        return (outer == null ? "/" : outer) + ProcessHandle.current().pid() + "-";
    }

    /** Finds what lasts longer than a test class, with all it started. */
    static Set<Proc> lasting() {
        return OPEN.stream()
                .filter(child -> child.lasting)
                .flatMap(child -> child.family().stream())
                .map(member -> new Proc(member.pid()))
                .collect(Collectors.toSet());
    }

    /** Kills those that live and returns them: they may have forked meanwhile, so only a look that finds none is the last. */
    private List<ProcessHandle> killFamily() {
        List<ProcessHandle> family = family();
        family.forEach(ProcessHandle::destroyForcibly);
        return family;
    }

    private List<ProcessHandle> family() {
        return Stream.of(
                        Stream.of(process.toHandle()),
                        process.descendants(),
                        Proc.startedWith(MARK, mark).flatMap(proc -> ProcessHandle.of(proc.pid()).stream()))
                .flatMap(handles -> handles)
                .filter(member -> new Proc(member.pid()).isAlive())
                .distinct()
                .toList();
    }

    private List<MatchResult> await(Capture capture, String name, int count, String regex, Duration within) {
        Pattern pattern = Pattern.compile(regex);
        Look look = Await.value(
                "%d lines on %s hold '%s'".formatted(count, name, regex),
                within,
                () -> look(capture, pattern),
                seen -> seen.ended() || seen.found().size() >= count);
        if (look.found().size() < count) {
            awaitLastWords();
            throw new AssertionError(
                    "%s ended before %d lines held '%s': %s".formatted(name, count, regex, describe()));
        }
        return look.found();
    }

    /** The end of an output is mostly that of the process, and the other output tells why. */
    private void awaitLastWords() {
        try {
            if (process.waitFor(Deadline.PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                out.awaitAll();
                err.awaitAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Look look(Capture capture, Pattern pattern) {
        // In this order: what is read after the end is complete.
        boolean ended = capture.hasEnded();
        String text = capture.text();
        String lines = ended ? text : text.substring(0, text.lastIndexOf('\n') + 1);
        List<MatchResult> found = lines.lines()
                .map(pattern::matcher)
                .filter(Matcher::find)
                .map(Matcher::toMatchResult)
                .toList();
        return new Look(this, found, ended);
    }

    private void write(byte[] input) {
        try (OutputStream to = process.getOutputStream()) {
            to.write(input);
        } catch (IOException e) {
            // It ended, or closed its input, before it had read all: its own affair.
            return;
        }
    }

    private record Look(ChildProcess process, List<MatchResult> found, boolean ended) {
        @Override
        public String toString() {
            return process.describe();
        }
    }
}
