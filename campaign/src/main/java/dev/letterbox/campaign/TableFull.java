package dev.letterbox.campaign;

import dev.letterbox.campaign.Victim.Phase;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.Peers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Fills the table of queues, of 16 in a namespace of its own: with a stranger's, with living clients and with killed ones.
 * What must hold: who finds it full is told so, with the figures; the living and the stranger keep theirs; and where some
 * are dead, the server removes those and the next one is served.
 */
final class TableFull implements Scenario {
    private static final int TABLE = 16;
    private static final int CLIENTS = 4;
    private static final int KILLED = 2;

    private final Small small = new Small(Map.of("msgmni", TABLE));

    TableFull() throws IOException {}

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        small.get().orFail().count(tally);
        List<Integer> strangers = new ArrayList<>();
        List<ChildProcess> clients = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(Victim.program(small.key(), Phase.BEFORE_CLOSE)
                        .in(small.namespace())
                        .start());
            }
            clients.forEach(client -> Victim.awaitHalt(client, Phase.BEFORE_CLOSE));
            while (small.table().queues().size() < TABLE) {
                strangers.add(Integer.parseInt(small.peer(Peers.program("queue"), "create")
                        .expect(0)
                        .text()
                        .strip()));
            }
            expectFull(tally);
            for (int i = 0; i < KILLED; i++) {
                ChildProcess client = clients.remove(random.nextInt(clients.size()));
                client.kill();
                client.close();
                tally.add("kills");
            }
            // Whoever finds the table full has the server look for orphans, and waits for that.
            Small.Got got = small.get();
            got.count(tally);
            if (!got.isRight()) {
                // It waits for some seconds, in which a busy machine may not get there; twice without waiting is too
                // soon.
                got = small.get().orFail();
                got.count(tally);
            }
            tally.took("an answer, with what is dead removed first", got.nanos());
            Await.value(
                    "what is dead is removed, and nothing else",
                    () -> small.table().queues().size(),
                    left -> left == TABLE - KILLED);
        } finally {
            clients.forEach(TableFull::end);
            strangers.forEach(id -> small.peer(Peers.program("queue"), "rm", "" + id));
        }
    }

    private static void end(ChildProcess client) {
        try (client) {
            if (client.isAlive()) {
                client.signal("TERM");
                client.exit();
            }
        }
    }

    private void expectFull(Tally tally) throws IOException {
        Small.Got refused = small.get().expectError("ENOSPC").expectError("" + TABLE);
        refused.count(tally);
        Finished classic =
                small.peer(Peers.program("compact-client"), "-k", small.key().toString(), Served.name(10));
        if (!classic.expect(2).err().contains("msgget: ENOSPC")) {
            throw new AssertionError("It was to find the table full: " + classic);
        }
        tally.add("clear errors");
    }

    @Override
    public void close() {
        small.close();
    }
}
