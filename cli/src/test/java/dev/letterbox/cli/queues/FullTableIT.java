package dev.letterbox.cli.queues;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.IdleClient;
import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.Operator;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.IpcNamespace;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.JavaProcess;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.TempFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table of queues that is full: what callers hear, how an operator makes room, and that all goes on. */
final class FullTableIT {
    private static final int TABLE = 16;
    private static final Key KEY = Key.parse(KeyOption.DEFAULT);

    private final IpcNamespace namespace = IpcNamespace.with(Map.of("msgmni", TABLE));
    private final Operator letterbox = new Operator(namespace);
    private final List<ChildProcess> started = new ArrayList<>();

    @TempDir
    private Path folder;

    @AfterEach
    void endAll() {
        started.forEach(ChildProcess::close);
        namespace.close();
    }

    private ChildProcess start(Command command) {
        ChildProcess process = command.in(namespace).start();
        started.add(process);
        return process;
    }

    private ChildProcess client() {
        ChildProcess client = start(
                JavaProcess.running(IdleClient.class).command(KEY.toString()).openInput());
        client.awaitLine("connected");
        return client;
    }

    @Test
    void everyClientIsToldAndReapMakesRoomAndServiceContinues() {
        TempFiles.file(folder, "ten", 10);
        ChildProcess server = start(Letterbox.program(RunningServer.arguments(folder, KEY)));
        server.awaitLine("^Serving");
        ChildProcess living = client();
        List<ChildProcess> dying = new ArrayList<>(List.of(client()));
        List<Integer> strangers = List.of(letterbox.ipcmk(), letterbox.create(), letterbox.create("-k", "0x99"));
        while (namespace.table().queues().size() < TABLE) {
            ChildProcess alive = start(Command.of(Peers.program("alive")));
            alive.awaitLine("^queue");
            dying.add(alive);
        }
        assertThat(dying).hasSize(TABLE - 1 - 1 - strangers.size());

        everyNewcomerIsTold();
        living.writeLine("ten");
        living.awaitLine("ten: 10 bytes");

        // A server that hangs removes nothing itself.
        server.signal("STOP");
        dying.forEach(ChildProcess::kill);
        dying.forEach(ChildProcess::exit);
        assertThat(letterbox.run("doctor").expect(1).text())
                .contains("All 16 queues are in use")
                .contains(dying.size() + " private queues belong to Letterbox clients that have exited");
        assertThat(letterbox.run("reap", "--remove", "--yes").expect(0).lines())
                .filteredOn(line -> line.startsWith("Removed queue"))
                .hasSize(dying.size());
        assertThat(namespace.table().queues())
                .hasSize(TABLE - dying.size())
                .extracting(IpcTable.Queue::id)
                .containsAll(strangers);

        server.signal("CONT");
        assertThat(letterbox.run("get", "ten").expect(0).out()).hasSize(10);
        Command classic = Command.of(Peers.program("compact-client"), "ten").in(namespace);
        assertThat(classic.run().expect(0).out()).hasSize(10);
        living.writeLine("ten");
        living.awaitLines(2, "ten: 10 bytes", Deadline.PATIENCE);
        living.endInput();
        living.exit().expect(0);
        server.signal("TERM");
        server.exit().expect(0);
        assertThat(namespace.table().queues()).hasSameSizeAs(strangers);
    }

    private void everyNewcomerIsTold() {
        assertThat(letterbox.run("get", "ten").expect(1).err())
                .contains("16 of 16 are in use", "ENOSPC", "sysctl -w kernel.msgmni=")
                .hasLineCount(1);
        assertThat(letterbox.run("create").expect(1).err())
                .contains("16 of 16 are in use", "ENOSPC")
                .hasLineCount(1);
        Command classic = Command.of(Peers.program("compact-client"), "ten").in(namespace);
        assertThat(classic.run().expect(2).err()).contains("msgget: ENOSPC");
        assertThat(letterbox.run("queues", "--no-header").expect(0).lines()).hasSize(TABLE);
        assertThat(letterbox.run("doctor").expect(1).text()).contains("See letterbox queues.");
        assertThat(letterbox
                        .run("top", "--once", "--key", KEY.toString())
                        .expect(0)
                        .text())
                .contains("16 of 16 are in use", "See letterbox queues.");
        assertThat(letterbox.run("reap").expect(0).text()).startsWith("No orphans.");
    }
}
