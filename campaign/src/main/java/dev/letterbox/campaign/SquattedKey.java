package dev.letterbox.campaign;

import dev.letterbox.sysv.Key;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.IpcTable;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import java.io.IOException;
import java.util.SplittableRandom;

/**
 * Makes a queue under the server's key before the server starts, as another program of the same user or of another one.
 * What must hold: the server says whose it is and ends, leaves that queue alone, and serves once it is gone.
 */
final class SquattedKey implements Scenario {
    private final Served served = new Served();

    SquattedKey() throws IOException {}

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        Key key = Key.free();
        LiveServer server = new LiveServer(served.directory(), key);
        boolean another = number % 2 == 1 && Privileges.isRoot();
        Command squat = Command.of(Peers.programForAll("queue"), "create", "-k", key.toString(), "-m", "666");
        int squatted = Integer.parseInt((another ? squat.asUser(Privileges.NOBODY) : squat)
                .run()
                .expect(0)
                .text()
                .strip());
        try {
            long started = System.nanoTime();
            try (ChildProcess refused = server.launch()) {
                String said = refused.exit(Fetch.PATIENT).expect(1).err();
                String expected =
                        another ? "belongs to another user: queue " : "Another program of yours created the queue";
                if (!said.contains(expected) || !said.contains("" + squatted)) {
                    throw new AssertionError("It does not say whose queue that is: " + said);
                }
            }
            tally.took("refusal to start", System.nanoTime() - started);
            tally.add(another ? "refusals of another user's queue" : "refusals of another program's queue");
            if (IpcTable.now().queue(squatted).isEmpty()) {
                throw new AssertionError("The stranger's queue was removed");
            }
        } finally {
            Command.of(Peers.program("queue"), "rm", "" + squatted).run().expect(0);
        }
        server.start();
        Fetch.one(key, 5_000, Fetch.PATIENT).orFail().count(tally);
        server.close();
    }

    @Override
    public void close() {
        served.close();
    }
}
