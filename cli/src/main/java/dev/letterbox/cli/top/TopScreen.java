package dev.letterbox.cli.top;

import dev.letterbox.cli.output.Terminal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.jline.utils.Curses;
import org.jline.utils.Display;
import org.jline.utils.InfoCmp;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/**
 * Takes over the whole terminal and restores it when closed, or by a shutdown hook after a signal or failure. For one thread
 * and the hook.
 */
final class TopScreen implements AutoCloseable {
    /** The longest time after ESC in which the other characters of a key may arrive. */
    private static final long SOON_MILLIS = 50;

    private static final long A_WHILE_MILLIS = 250;

    /** The kind of terminal that can do what all can. */
    private static final String SIMPLEST = "ansi";

    private final org.jline.terminal.Terminal terminal;
    private final Display display;
    private final Attributes before;
    private final Attributes raw;
    private final Thread hook = new Thread(this::restore, "letterbox-terminal");
    private final boolean colours;
    private int columns;
    private volatile int rows;
    private volatile boolean restored;

    private TopScreen(org.jline.terminal.Terminal terminal, boolean colours) {
        this.terminal = terminal;
        this.colours = colours;
        display = new Display(terminal, true);
        before = terminal.enterRawMode();
        Runtime.getRuntime().addShutdownHook(hook);
        raw = terminal.getAttributes();
        // Ctrl-C sends a signal, as usual; JLine would read it as a key.
        raw.setLocalFlag(Attributes.LocalFlag.ISIG, true);
        // Ctrl-Z is a key, since the terminal has to be restored before the shell gets it.
        raw.setControlChar(Attributes.ControlChar.VSUSP, 0);
        takeAgain();
    }

    /** Takes over the terminal, in any state. */
    synchronized void takeAgain() {
        if (!restored) {
            terminal.setAttributes(raw);
            terminal.puts(Capability.enter_ca_mode);
            terminal.puts(Capability.keypad_xmit);
            terminal.puts(Capability.cursor_invisible);
            terminal.flush();
            // The whole screen is drawn next.
            columns = 0;
        }
    }

    /** Suspends the job, as Ctrl-Z does; the shell has the terminal until it resumes the job. */
    void suspend() throws IOException, InterruptedException {
        giveBack();
        // The kernel does not suspend it if no shell could resume it.
        new ProcessBuilder("sh", "-c", "kill -TSTP 0").start().waitFor();
        takeAgain();
    }

    static TopScreen open(boolean colours) throws IOException, InterruptedException {
        return new TopScreen(
                TerminalBuilder.builder()
                        .name("letterbox")
                        .type(knownKind())
                        .system(true)
                        .ffm(true)
                        .jni(false)
                        .exec(false)
                        .dumb(false)
                        // JLine's handlers need native code. The JVM's hooks and regular checks of the size are enough.
                        .nativeSignals(false)
                        .build(),
                colours);
    }

    /** Returns the kind of the terminal, or the simplest one if this system does not know it: JLine would print a trace. */
    private static String knownKind() throws InterruptedException {
        String kind = Objects.requireNonNullElse(System.getenv("TERM"), SIMPLEST);
        try {
            InfoCmp.getInfoCmp(kind);
            return kind;
        } catch (IOException unknown) {
            return SIMPLEST;
        }
    }

    /** A terminal that does not know its size reports 0. */
    private Size size() {
        Size now = terminal.getSize();
        return Size.of(now.getColumns() > 0 ? now.getColumns() : 80, now.getRows() > 0 ? now.getRows() : 24);
    }

    /** Returns whether the size of the terminal has changed since the last call. */
    boolean hasNewSize() {
        Size now = size();
        if (now.getColumns() == columns && now.getRows() == rows) {
            return false;
        }
        columns = now.getColumns();
        rows = now.getRows();
        display.resize(now);
        redraw();
        return true;
    }

    /** Returns the size of the terminal. */
    Terminal measures() {
        Size now = size();
        return new Terminal(true, columns > 0 ? columns : now.getColumns(), rows > 0 ? rows : now.getRows(), colours);
    }

    /** Makes the next frame redraw the whole screen. */
    void redraw() {
        display.reset();
        terminal.puts(Capability.clear_screen);
    }

    /** Shows lines, and sends only what has changed. */
    synchronized void show(List<String> lines) {
        if (!restored) {
            display.update(
                    lines.stream()
                            .map(line -> AttributedString.fromAnsi(line)
                                    .columnSubSequence(0, measures().columns()))
                            .toList(),
                    0);
        }
    }

    /** Reports each key, in its own thread, until the terminal is closed. */
    void onKey(Consumer<TopKey> take) {
        Thread.ofPlatform().daemon().name("letterbox-keys").start(() -> {
            TopKey key;
            do {
                key = read();
                take.accept(key);
            } while (key.kind() != TopKey.Kind.HANG_UP);
        });
    }

    private TopKey read() {
        try {
            return TopKey.read(new TopKey.Source() {
                @Override
                public int next() throws IOException {
                    int character;
                    do {
                        // With a timeout: a thread that reads would prevent the terminal from being closed.
                        character = terminal.reader().read(A_WHILE_MILLIS);
                    } while (character == NonBlockingReader.READ_EXPIRED && !restored);
                    return character;
                }

                @Override
                public int peek() throws IOException {
                    return terminal.reader().peek(SOON_MILLIS);
                }
            });
        } catch (IOException | IOError | RuntimeException closed) {
            return TopKey.of(TopKey.Kind.HANG_UP);
        }
    }

    private synchronized void restore() {
        if (restored) {
            return;
        }
        restored = true;
        giveBack();
    }

    private synchronized void giveBack() {
        try {
            // Not by JLine, whose own hook may have closed the terminal. It is not closed, since it is used again.
            new FileOutputStream(FileDescriptor.out).write(farewell());
        } catch (IOException gone) {
            // The terminal has gone.
            return;
        }
        try {
            terminal.setAttributes(before);
        } catch (IllegalStateException closed) {
            // JLine's hook has restored them.
            return;
        }
    }

    private byte[] farewell() {
        String address = terminal.getStringCapability(Capability.cursor_address);
        boolean stays = terminal.getStringCapability(Capability.exit_ca_mode) == null && address != null && rows > 0;
        // If the frame stays visible, further output goes below it.
        String below = stays ? Curses.tputs(address, rows - 1, 0) + "\r\n" : "";
        return Stream.of(Capability.cursor_visible, Capability.keypad_local, Capability.exit_ca_mode)
                .map(terminal::getStringCapability)
                .filter(Objects::nonNull)
                .map(Curses::tputs)
                .collect(Collectors.joining("", below, ""))
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException stopping) {
            // The hook has run, or is about to.
            return;
        }
        terminal.close();
    }
}
