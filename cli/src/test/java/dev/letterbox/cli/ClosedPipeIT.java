package dev.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Syscall;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What never ends by itself ends when nobody reads it any more, as in a pipe to head. */
class ClosedPipeIT {
    private static final Path PROGRAM = Path.of(System.getProperty("letterbox.root", ".."))
            .toAbsolutePath()
            .normalize()
            .resolve("letterbox");

    @AutoClose
    private final IpcNamespace namespace = IpcNamespace.with(Map.of());

    private final Operator letterbox = new Operator(namespace);

    /** Runs a command of which one line is read; its exit status is the command's. */
    private Finished firstLine(String command) {
        return piped(command, "head -n 1");
    }

    private Finished piped(String command, String reader) {
        return Command.of("bash", "-c", PROGRAM + " " + command + " | " + reader + "; exit ${PIPESTATUS[0]}")
                .in(namespace)
                .run();
    }

    @Test
    void watchingQueuesEnds() {
        int queue = letterbox.ipcmk();
        Finished watched = firstLine("queues --watch 50ms --no-header --columns id");
        assertThat(watched.expect(1).text().strip()).isEqualTo("" + queue);
    }

    @Test
    void writingPagesOfTopEnds() {
        letterbox.ipcmk();
        assertThat(firstLine("top --batch --delay 50ms").text()).startsWith("letterbox top ");
    }

    /** Each would go on for an hour, or for ever, if it noticed only when it writes the next time. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "peek QUEUE --follow",
                "receive QUEUE --follow",
                "queues --watch 1h --no-header",
                "top --batch --delay 1h --key 0x7eaaaaa7",
                "receive QUEUE --type 99"
            })
    void commandsThatWaitEndAtOnce(String command) {
        int queue = letterbox.create();
        letterbox.peer("send", "" + queue, "1", "-s", "x").expect(0);
        boolean hasLines = !command.startsWith("top") && !command.endsWith("99");
        Finished ended = piped(command.replace("QUEUE", "" + queue), hasLines ? "head -n 1" : "true");
        assertThat(ended.expect(1).err()).isEmpty();
        int left = command.startsWith("receive") && !command.endsWith("99") ? 0 : 1;
        assertThat(namespace.table().queues()).singleElement().matches(seen -> seen.messages() == left);
    }

    /** Else a script would take half a list for the whole. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "queues",
                "limits --json",
                "doctor --json",
                "peek QUEUE",
                "peek QUEUE --at 0",
                "peek QUEUE --follow",
                "queues --watch 1h --no-header",
                "get --help",
                "--version",
                "reap --json",
                "set QUEUE -m 620"
            })
    void aFullDiskIsAFailure(String command) {
        int queue = letterbox.create();
        letterbox.peer("send", "" + queue, "1", "-s", "x").expect(0);
        String words = command.replace("QUEUE", "" + queue);
        assertThat(withOutput(words, "> /dev/full").expect(1).err())
                .isEqualTo("letterbox: Cannot write to standard output: No space left on device.\n");
        assertThat(piped(words, "true").err()).isEmpty();
    }

    /** Nobody would ever know its id. */
    @Test
    void aQueueWhoseIdCannotBeWrittenIsRemovedAgain() {
        for (String command : new String[] {"create --quiet", "create --key 0x4711"}) {
            assertThat(withOutput(command, "> /dev/full").expect(1).err())
                    .isEqualTo(
                            "letterbox: Cannot write to standard output: No space left on device: the new queue was removed again.\n");
        }
        assertThat(namespace.table().queues()).isEmpty();
    }

    @Test
    void aFullDiskIsNotCalledAReaderThatIsGone() {
        int queue = letterbox.create();
        letterbox.peer("send", "" + queue, "7", "-s", "x").expect(0);
        assertThat(withOutput("receive " + queue, "> /dev/full").expect(1).err())
                .isEqualTo(
                        "letterbox: Cannot write to standard output: No space left on device: the last message from queue %d, of type 7, is lost.\n"
                                .formatted(queue));
    }

    @Test
    void noMessageIsTakenWhereStandardOutputIsClosed() {
        int queue = letterbox.create();
        letterbox.peer("send", "" + queue, "7", "-s", "x").expect(0);
        assertThat(withOutput("receive " + queue, ">&-").expect(1).err())
                .isEqualTo("letterbox: Standard output is closed: no message was received from queue %d.\n"
                        .formatted(queue));
        assertThat(namespace.table().queues()).singleElement().matches(seen -> seen.messages() == 1);
        assertThat(withOutput("limits --json", ">&-").expect(1).err())
                .isEqualTo("letterbox: Cannot write to standard output: Bad file descriptor.\n");
    }

    /** Its number would be that of a file which Java opens for itself. */
    @Test
    void aClosedStandardInputIsNotRead() {
        int queue = letterbox.create();
        for (String from : new String[] {"", " --file -", " --from-json -"}) {
            assertThat(withOutput("send " + queue + from, "<&-").expect(1).err())
                    .startsWith("letterbox: stdin: Bad file descriptor");
        }
        assertThat(namespace.table().queues()).singleElement().matches(seen -> seen.messages() == 0);
        assertThat(withOutput("send " + queue + " --text x", "<&- 2>&-")
                        .expect(0)
                        .text())
                .startsWith("Sent type 1");
    }

    private Finished withOutput(String command, String redirection) {
        return Command.of("sh", "-c", PROGRAM + " " + command + " " + redirection)
                .in(namespace)
                .run();
    }

    /** What it took from the queue and could not write is lost, so it says so. */
    @Test
    void aMessageThatCouldNotBeWrittenIsNamed(@TempDir Path folder) throws IOException {
        int queue = letterbox.create();
        Path pipe = TempFiles.pipe(folder, "pipe");
        String command = "exec %s receive %d --follow > %s".formatted(PROGRAM, queue, pipe);
        // More than a pipe holds.
        try (ChildProcess sender = Command.of(Peers.program("queue"), "flood", "" + queue, "1", "3000", "1000")
                        .in(namespace)
                        .start();
                ChildProcess receiver =
                        Command.of("sh", "-c", command).in(namespace).start()) {
            try (RandomAccessFile reader = new RandomAccessFile(pipe.toFile(), "rw")) {
                assertThat(reader.readLine()).startsWith("type 1, 3000 bytes: ");
                receiver.proc().awaitAsleepIn(Syscall.WRITE);
            }
            assertThat(receiver.exit().expect(1).err())
                    .isEqualTo(
                            "letterbox: Standard output was closed by its reader: the last message from queue %d, of type 1, is lost.%n"
                                    .formatted(queue));
            assertThat(sender.isAlive()).as("it waits for the next reader").isTrue();
        }
    }
}
