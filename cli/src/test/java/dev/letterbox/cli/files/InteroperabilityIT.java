package dev.letterbox.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.letterbox.cli.Letterbox;
import dev.letterbox.cli.RunningServer;
import dev.letterbox.files.ClassicDialect;
import dev.letterbox.files.FileClient;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.TempFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever server, whatever client, whatever dialect: a file arrives as it was sent. */
final class InteroperabilityIT {
    private static final long LARGE = 64 << 20;
    /** Around the lengths of messages in both dialects. */
    private static final List<Long> SIZES = List.of(0L, 1L, 4_095L, 4_096L, 4_097L, 8_192L, 8_193L, LARGE);

    private static final Duration TRANSFER = Duration.ofMinutes(5);

    @TempDir
    private static Path folder;

    @TempDir
    private Path copies;

    private static final Map<Side, Map<ClassicDialect, Key>> KEYS = new EnumMap<>(Side.class);
    private static final List<AutoCloseable> SERVERS = new ArrayList<>();

    enum Side {
        LETTERBOX,
        C
    }

    @BeforeAll
    static void startServers() {
        SIZES.forEach(size -> TempFiles.file(folder, size));
        RunningServer ours = RunningServer.start(folder, "--quiet");
        SERVERS.add(ours);
        KEYS.put(Side.LETTERBOX, Map.of(ClassicDialect.TLPI, ours.key(), ClassicDialect.COMPACT, ours.key()));
        KEYS.put(
                Side.C,
                Map.of(
                        ClassicDialect.TLPI, startC(ClassicDialect.TLPI),
                        ClassicDialect.COMPACT, startC(ClassicDialect.COMPACT)));
    }

    private static Key startC(ClassicDialect dialect) {
        Key key = Key.free();
        ChildProcess server = Command.of(peer(dialect, "server"), "-k", key.toString())
                .inDirectory(folder)
                .start();
        SERVERS.add(() -> {
            try (server) {
                server.signal("TERM");
                server.exit().expect(0);
            }
        });
        server.awaitLine("ready");
        return key;
    }

    private static Path peer(ClassicDialect dialect, String name) {
        return Peers.program(dialect.name().toLowerCase(Locale.ROOT) + "-" + name);
    }

    @AfterAll
    static void stopServers() throws Exception {
        for (AutoCloseable server : SERVERS) {
            server.close();
        }
    }

    @ParameterizedTest(name = "{2}: server {0}, client {1}")
    @CsvSource({
        "LETTERBOX, LETTERBOX, TLPI",
        "LETTERBOX, LETTERBOX, COMPACT",
        "LETTERBOX, C, TLPI",
        "LETTERBOX, C, COMPACT",
        "C, LETTERBOX, TLPI",
        "C, LETTERBOX, COMPACT",
        "C, C, TLPI",
        "C, C, COMPACT"
    })
    void aFileOfAnySizeArrivesAsItWasSent(Side server, Side client, ClassicDialect dialect) throws Exception {
        Key key = KEYS.get(server).get(dialect);
        for (long size : SIZES) {
            Path copy = copies.resolve(size + ".copy");
            if (client == Side.C) {
                fetchWithC(key, dialect, size, copy);
            } else {
                fetch(key, dialect, size, copy);
            }
            assertWhole(copy, size);
        }
    }

    private static void fetchWithC(Key key, ClassicDialect dialect, long size, Path copy) {
        Command.of(peer(dialect, "client"), "-k", key.toString(), size + ".bin")
                .outTo(copy)
                .run(TRANSFER)
                .expect(0);
    }

    private static void fetch(Key key, ClassicDialect dialect, long size, Path copy) throws Exception {
        try (FileClient client = FileClient.connect(new QueueTransport(key), dialect, Deadline.PATIENCE);
                FileChannel to = FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long bytes = client.get(size + ".bin", piece -> {
                while (piece.hasRemaining()) {
                    to.write(piece);
                }
            });
            assertThat(bytes).isEqualTo(size);
        }
    }

    private static void assertWhole(Path copy, long size) throws IOException {
        // AssertJ compares one byte at a time.
        assertThat(Files.mismatch(copy, folder.resolve(size + ".bin")))
                .as("the place of the first difference")
                .isEqualTo(-1);
        Files.delete(copy);
    }

    /** It looks at no length, and finds the name's NUL all the same. */
    @Test
    void theBooksServerUnderstandsCompactRequests() throws Exception {
        for (long size : SIZES) {
            Path copy = copies.resolve(size + ".copy");
            fetch(KEYS.get(Side.C).get(ClassicDialect.TLPI), ClassicDialect.COMPACT, size, copy);
            assertWhole(copy, size);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theCommandFetchesFromBothServers(Side server) throws IOException {
        Path copy = copies.resolve("copy");
        String key = KEYS.get(server).get(ClassicDialect.COMPACT).toString();
        Letterbox.program("get", LARGE + ".bin", "-o", copy.toString(), "--key", key)
                .run(TRANSFER)
                .expect(0);
        assertWhole(copy, LARGE);
    }

    /** One client reads one file after the other; nothing of one answer gets into the next. */
    @Test
    void oneClientFetchesManyFiles() throws Exception {
        Key key = KEYS.get(Side.LETTERBOX).get(ClassicDialect.TLPI);
        try (FileClient tlpi = FileClient.connect(new QueueTransport(key), ClassicDialect.TLPI, Deadline.PATIENCE);
                FileClient compact =
                        FileClient.connect(new QueueTransport(key), ClassicDialect.COMPACT, Deadline.PATIENCE);
                FileClient session = FileClient.connect(new QueueTransport(key), Deadline.PATIENCE)) {
            List<FileClient> clients = List.of(tlpi, compact, session);
            for (int times = 0; times < 100; times++) {
                long size = SIZES.get(times % (SIZES.size() - 1));
                assertThat(clients.get(times % clients.size())
                                .get(size + ".bin", piece -> piece.position(piece.limit())))
                        .isEqualTo(size);
            }
        }
    }
}
