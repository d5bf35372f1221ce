package dev.letterbox.campaign;

import dev.letterbox.Caller;
import dev.letterbox.Content;
import dev.letterbox.Request;
import dev.letterbox.ServiceException;
import dev.letterbox.files.FileService;
import dev.letterbox.files.ServedRoot;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Peers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Opens names beneath a served directory while another process moves directories out of it and in again, and puts links
 * in their place. Who walks up from a directory that was moved meanwhile would come out elsewhere. What must hold: no
 * byte of a file outside is ever read. A plain open beside it shows that the race is on.
 */
final class RenameRace implements Scenario {
    /** Opens in one round. */
    private static final int OPENS = 20_000;

    private static final int PLAIN_EVERY = 10;
    private static final String INSIDE = "inside";
    private static final String OUTSIDE = "outside";

    /** By whatever way, each of them leads to the file in the root, or to nothing. */
    private static final List<String> NAMES = List.of(
            "file",
            "moves/../file",
            "moves/deep/../../file",
            "moves/deep/../../../file",
            "moves/deep/../../moves/deep/../../file",
            "moves/../../moves/../../file",
            "moves/up/file",
            "changes/file",
            "changes/../file",
            "changes/../moves/deep/../../file");

    private final Path base = Files.createTempDirectory("letterbox-campaign-");
    private final Path served = base.resolve("served");
    private final ServedRoot root;
    private final FileService service;
    private final ChildProcess attacker;
    private final MemorySegment buffer = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(16));

    RenameRace() throws IOException {
        for (String moved : List.of("served/moves", "away")) {
            Files.createDirectories(base.resolve(moved).resolve("deep"));
            Files.createSymbolicLink(base.resolve(moved).resolve("up"), Path.of("../.."));
        }
        Files.createDirectories(served.resolve("changes"));
        Files.createSymbolicLink(served.resolve("link"), Path.of("../.."));
        Files.writeString(base.resolve("file"), OUTSIDE);
        Files.writeString(served.resolve("file"), INSIDE);
        Files.writeString(served.resolve("changes/file"), INSIDE);
        root = ServedRoot.open(served);
        service = new FileService(root);
        attacker = Command.of(
                        Peers.program("swap"),
                        base.resolve("away").toString(),
                        served.resolve("moves").toString(),
                        served.resolve("link").toString(),
                        served.resolve("changes").toString())
                .start();
        attacker.awaitLine("ready");
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        for (int i = 0; i < OPENS; i++) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            try {
                String content = read(service.open(Request.of(Caller.ofUser(0, 0), Victim.get(name))));
                if (!content.equals(INSIDE)) {
                    throw new AssertionError("'" + name + "' led to the file " + content);
                }
                tally.add("opens that stayed inside");
            } catch (ServiceException refused) {
                tally.add("refused: " + refused.getMessage().replaceFirst("^.*': ", ""));
            }
            if (i % PLAIN_EVERY == 0 && plain("moves/deep/../../file").equals(OUTSIDE)) {
                tally.add("plain opens beside it that escaped");
            }
        }
        if (!attacker.isAlive()) {
            throw new AssertionError("The attacker ended: " + attacker.describe());
        }
    }

    private String read(Content content) throws ServiceException, IOException {
        try (content) {
            int length = content.read(buffer, 16);
            return new String(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
        }
    }

    private String plain(String name) {
        try {
            return Files.readString(served.resolve(name));
        } catch (IOException refused) {
            return "";
        }
    }

    @Override
    public void close() {
        attacker.close();
        root.close();
        Served.remove(base);
    }
}
