package dev.letterbox.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A snapshot of all System V message queues, shared memory segments and semaphore sets of one IPC namespace.
 *
 * @param queues the message queues
 * @param segments the shared memory segments
 * @param semaphores the semaphore sets
 */
public record IpcTable(List<Queue> queues, List<Segment> segments, List<SemaphoreSet> semaphores) {
    /** What the three kinds have in common. */
    public sealed interface Item {
        /** Returns its key; 0 for a private one. */
        int key();

        /** Returns its id. */
        int id();

        /** Returns its permission bits, and for a segment whether it is to be removed (01000). */
        int mode();

        /** Returns its owner. */
        int uid();

        /** Returns its creator. */
        int cuid();
    }

    /**
     * A message queue.
     *
     * @param key its key, 0 when it is private
     * @param id its id
     * @param mode its permission bits
     * @param bytes the bytes that wait in it
     * @param messages the messages that wait in it
     * @param lastSender the process that sent last
     * @param lastReceiver the process or thread that received last
     * @param uid its owner
     * @param gid its owner's group
     * @param cuid its creator
     * @param cgid its creator's group
     */
    public record Queue(
            int key,
            int id,
            int mode,
            long bytes,
            long messages,
            int lastSender,
            int lastReceiver,
            int uid,
            int gid,
            int cuid,
            int cgid)
            implements Item {
        private static Queue parse(Row row) {
            return new Queue(
                    row.number(0),
                    row.number(1),
                    row.octal(2),
                    row.large(3),
                    row.large(4),
                    row.number(5),
                    row.number(6),
                    row.number(7),
                    row.number(8),
                    row.number(9),
                    row.number(10));
        }

        /** Names it with what is in it. */
        @Override
        public String toString() {
            return "message queue %s, %d messages (%d bytes), last sender %d, last receiver %d"
                    .formatted(name(this), messages, bytes, lastSender, lastReceiver);
        }
    }

    /**
     * A shared memory segment.
     *
     * @param key its key, 0 when it is private
     * @param id its id
     * @param mode its permission bits, and 01000 when it goes with the last that detaches
     * @param bytes its size
     * @param creator the process that made it
     * @param attached how often it is attached
     * @param uid its owner
     * @param cuid its creator's user
     */
    public record Segment(int key, int id, int mode, long bytes, int creator, long attached, int uid, int cuid)
            implements Item {
        private static Segment parse(Row row) {
            return new Segment(
                    row.number(0),
                    row.number(1),
                    row.octal(2),
                    row.large(3),
                    row.number(4),
                    row.large(6),
                    row.number(7),
                    row.number(9));
        }

        /** Names it with its size and who has it. */
        @Override
        public String toString() {
            return "shared memory segment %s, %d bytes, made by process %d, attached %d times"
                    .formatted(name(this), bytes, creator, attached);
        }
    }

    /**
     * A semaphore set.
     *
     * @param key its key, 0 when it is private
     * @param id its id
     * @param mode its permission bits
     * @param count its semaphores
     * @param uid its owner
     * @param cuid its creator
     */
    public record SemaphoreSet(int key, int id, int mode, long count, int uid, int cuid) implements Item {
        private static SemaphoreSet parse(Row row) {
            return new SemaphoreSet(
                    row.number(0), row.number(1), row.octal(2), row.large(3), row.number(4), row.number(6));
        }

        /** Names it with its size. */
        @Override
        public String toString() {
            return "semaphore set %s of %d".formatted(name(this), count);
        }
    }

    /** Waits until so many messages are in the queue with a key, of the namespace of this JVM. */
    public static void awaitMessages(int key, long count) {
        Await.until(
                "%d messages are in the queue with key 0x%08x".formatted(count, key),
                () -> now().queueOfKey(key)
                        .filter(queue -> queue.messages() == count)
                        .isPresent());
    }

    /** Takes a snapshot of the namespace of this JVM. */
    public static IpcTable now() {
        return readBy(file -> {
            try {
                return Files.readAllLines(Path.of(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** Lists what is in the later snapshot and was not in the earlier. */
    public static List<Item> difference(IpcTable before, IpcTable after) {
        // By kind and id alone: waiting messages and owners change, and an id comes back only after millions of others.
        Set<List<Object>> known = before.items().map(IpcTable::identity).collect(Collectors.toSet());
        return after.items().filter(item -> !known.contains(identity(item))).toList();
    }

    static IpcTable readBy(Function<String, List<String>> linesOf) {
        return new IpcTable(
                Row.in(linesOf.apply("/proc/sysvipc/msg")).map(Queue::parse).toList(),
                Row.in(linesOf.apply("/proc/sysvipc/shm")).map(Segment::parse).toList(),
                Row.in(linesOf.apply("/proc/sysvipc/sem"))
                        .map(SemaphoreSet::parse)
                        .toList());
    }

    /** Returns everything in it. */
    public Stream<Item> items() {
        return Stream.of(queues, segments, semaphores).flatMap(List::stream);
    }

    /** Finds the queue of that id. */
    public Optional<Queue> queue(int id) {
        return queues.stream().filter(queue -> queue.id() == id).findFirst();
    }

    /** Finds the queue of that key; private ones have none. */
    public Optional<Queue> queueOfKey(int key) {
        return queues.stream().filter(queue -> key != 0 && queue.key() == key).findFirst();
    }

    private static List<Object> identity(Item item) {
        return List.of(item.getClass(), item.id());
    }

    private static String name(Item item) {
        return "%d (key %s, owner %d, creator %d, mode %04o)"
                .formatted(
                        item.id(),
                        item.key() == 0 ? "private" : "0x%08x".formatted(item.key()),
                        item.uid(),
                        item.cuid(),
                        item.mode());
    }

    /** One line of a table: the kernel writes keys as signed numbers, users as unsigned ones, permissions in octal. */
    private record Row(List<String> fields) {
        static Stream<Row> in(List<String> lines) {
            return lines.stream()
                    .skip(1)
                    .map(line -> new Row(List.of(line.strip().split("\\s+", -1))));
        }

        int number(int column) {
            return (int) large(column);
        }

        long large(int column) {
            return Long.parseLong(fields.get(column));
        }

        int octal(int column) {
            return Integer.parseInt(fields.get(column), 8);
        }
    }
}
