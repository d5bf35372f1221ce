package dev.letterbox.campaign;

import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Finished;
import dev.letterbox.testkit.IpcTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Removes a server's queue, lock and bell under it, as systemd does with those of a user who has logged out
 * ({@code RemoveIPC}): any of them, in any order; and where the tables of queues or of semaphores are full by the time the
 * server wants them back. What must hold: all come back and the server serves on; or it ends, says what may have removed them
 * and what is full, leaves nothing, and the next one serves as soon as there is room.
 */
final class RemoveIpc implements Scenario {
    private static final int QUEUES = 16;
    private static final int SETS = 4;

    private final Small small = new Small(Map.of("msgmni", QUEUES));

    RemoveIpc() throws IOException {
        small.set("sem", "32000 1024000000 500 " + SETS);
    }

    @Override
    public void round(int number, SplittableRandom random, Tally tally) throws Exception {
        switch (number % 4) {
            case 0 -> comesBack(random, tally);
            case 1 -> endsWhereQueuesAreFull(tally);
            case 2 -> endsWhereSetsAreFull(random, tally);
            default -> servesWithoutBell(tally);
        }
        small.get().orFail().count(tally);
    }

    private List<IpcTable.Item> parts() {
        IpcTable now = small.table();
        List<IpcTable.Item> parts = new ArrayList<>(now.semaphores());
        now.queues().stream()
                .filter(queue -> queue.key() == small.key().value())
                .forEach(parts::add);
        return parts;
    }

    private void comesBack(SplittableRandom random, Tally tally) throws InterruptedException {
        List<IpcTable.Item> parts = parts();
        int whole = parts.size();
        Collections.shuffle(parts, new Random(random.nextLong()));
        for (IpcTable.Item part : parts.subList(0, random.nextInt(1, whole + 1))) {
            remove(part);
            tally.add("parts removed");
            Thread.sleep(random.nextInt(5));
        }
        Await.until("the server is whole again", () -> parts().size() == whole);
    }

    private void remove(IpcTable.Item part) {
        String kind = part instanceof IpcTable.Queue ? "-q" : "-s";
        // It may be gone, and what the server has made again meanwhile has another id.
        Command.of("ipcrm", kind, "" + part.id()).in(small.namespace()).run();
    }

    private void endsWhereQueuesAreFull(Tally tally) {
        small.server().process().signal("STOP");
        parts().stream().filter(IpcTable.Queue.class::isInstance).forEach(this::remove);
        tally.add("parts removed");
        while (small.table().queues().size() < QUEUES) {
            make("-Q");
        }
        expectEnd("msgmni", tally);
        small.table().queues().forEach(this::remove);
        small.server().start();
    }

    private void endsWhereSetsAreFull(SplittableRandom random, Tally tally) {
        small.server().process().signal("STOP");
        boolean bellToo = random.nextBoolean();
        parts().stream()
                .filter(part -> part instanceof IpcTable.SemaphoreSet && (bellToo || part.key() != 0))
                .forEach(this::remove);
        tally.add("parts removed", bellToo ? 2 : 1);
        List<IpcTable.Item> strangers = fillSets();
        expectEnd("kernel.sem", tally);
        strangers.forEach(this::remove);
        small.server().start();
    }

    /** Its bell only tells it sooner what it would see by itself. */
    private void servesWithoutBell(Tally tally) throws IOException {
        small.server().process().signal("STOP");
        parts().stream()
                .filter(part -> part instanceof IpcTable.SemaphoreSet && part.key() == 0)
                .forEach(this::remove);
        tally.add("parts removed");
        List<IpcTable.Item> strangers = fillSets();
        small.server().process().signal("CONT");
        small.server().process().awaitErrLine("No semaphore set is available", Fetch.PATIENT);
        small.get().orFail().count(tally);
        strangers.forEach(this::remove);
        small.server().close();
        small.server().start();
    }

    private List<IpcTable.Item> fillSets() {
        List<Integer> own = parts().stream().map(IpcTable.Item::id).toList();
        while (small.table().semaphores().size() < SETS) {
            make("-S", "1");
        }
        return small.table().semaphores().stream()
                .filter(set -> !own.contains(set.id()))
                .map(IpcTable.Item.class::cast)
                .toList();
    }

    private void make(String... kind) {
        Command.of("ipcmk", kind).in(small.namespace()).run().expect(0);
    }

    private void expectEnd(String full, Tally tally) {
        small.server().process().signal("CONT");
        Finished ended = small.server().awaitEnd().expect(1);
        if (!ended.err().contains("RemoveIPC=no") || !ended.err().contains(full)) {
            throw new AssertionError("It was to say what is full and what removes: " + ended);
        }
        IpcTable left = small.table();
        if (left.items().anyMatch(item -> item.key() == small.key().value())) {
            throw new AssertionError("It left " + left);
        }
        tally.add("ends that say why");
    }

    @Override
    public void close() {
        small.close();
    }
}
