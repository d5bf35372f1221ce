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
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.NonBlockingReader;

/**
 * Takes the whole terminal for itself, and gives it back as it was: closed, or by a hook when a signal or a failure ends
 * the program. For one thread, and the hook.
 */
final class TopScreen implements AutoCloseable {
    /** How long after ESC the rest of a key's characters may come. */
    private static final long SOON_MILLIS = 50;

    private static final long A_WHILE_MILLIS = 250;

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
        // Ctrl-C is a signal, as everywhere else; JLine would take it for a key of its own.
        raw.setLocalFlag(Attributes.LocalFlag.ISIG, true);
        // Ctrl-Z is a key: stopped at once, this would leave the shell with a terminal in this state.
        raw.setControlChar(Attributes.ControlChar.VSUSP, 0);
        takeAgain();
    }

    /** Takes the terminal, in whatever state somebody left it meanwhile. */
    synchronized void takeAgain() {
        if (!restored) {
            terminal.setAttributes(raw);
            terminal.puts(Capability.enter_ca_mode);
            terminal.puts(Capability.keypad_xmit);
            terminal.puts(Capability.cursor_invisible);
            terminal.flush();
            // All of it is drawn next.
            columns = 0;
        }
    }

    /** Stops the whole job as Ctrl-Z does everywhere; the terminal is the shell's until that goes on with it. */
    void suspend() throws IOException, InterruptedException {
        giveBack();
        // Where no shell could go on with it, the kernel does not stop it.
        new ProcessBuilder("sh", "-c", "kill -TSTP 0").start().waitFor();
        takeAgain();
    }

    static TopScreen open(boolean colours) throws IOException {
        return new TopScreen(
                TerminalBuilder.builder()
                        .name("letterbox")
                        .system(true)
                        .ffm(true)
                        .jni(false)
                        .exec(false)
                        .dumb(false)
                        // JLine's handlers are machine code of its own. The JVM's hooks and a look at the size do.
                        .nativeSignals(false)
                        .build(),
                colours);
    }

    /** Tells whether the terminal has another size than at the last question. */
    boolean hasNewSize() {
        Size now = terminal.getSize();
        if (now.getColumns() == columns && now.getRows() == rows) {
            return false;
        }
        columns = now.getColumns();
        rows = now.getRows();
        display.resize(now);
        redraw();
        return true;
    }

    /** What fits on it. */
    Terminal measures() {
        // A terminal that does not tell its size says 0.
        return new Terminal(true, columns > 0 ? columns : 80, rows > 0 ? rows : 24, colours);
    }

    /** Forgets what is on the screen, so that all of it is drawn. */
    void redraw() {
        display.reset();
        terminal.puts(Capability.clear_screen);
    }

    /** Shows lines. Only what is not there already is sent. */
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

    /** Tells of each key, in a thread of its own, to the end of the terminal. */
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
                        // Not for ever: a thread that reads would keep the terminal from being closed.
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
            // Not by JLine, whose own hook may have closed the terminal already. Nor closed: it is wanted again.
            new FileOutputStream(FileDescriptor.out).write(farewell());
        } catch (IOException gone) {
            // Nobody looks at it any more.
            return;
        }
        try {
            terminal.setAttributes(before);
        } catch (IllegalStateException closed) {
            // By that hook, which has set them.
            return;
        }
    }

    private byte[] farewell() {
        String address = terminal.getStringCapability(Capability.cursor_address);
        boolean stays = terminal.getStringCapability(Capability.exit_ca_mode) == null && address != null && rows > 0;
        // Where the picture stays, what follows comes below it.
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
            // The hook has run, or is about to: once is enough.
            return;
        }
        terminal.close();
    }
}
