package dev.letterbox.queues;

import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.life.SemaphoreSet;
import dev.letterbox.sysv.life.SemaphoreTable;
import dev.letterbox.sysv.life.SemaphoreTable.Entry;
import dev.letterbox.sysv.linux.Errno;
import dev.letterbox.sysv.linux.ErrnoException;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.memory.AbandonedSegments;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds and removes the semaphore sets and segments that killed Letterbox processes left and that nothing uses: locks of
 * servers whose queue is gone, bells that no lock names, and segments whose creator ended before they were complete. Life
 * tokens and lanes that were complete need no removal, as the kernel destroys them with their processes.
 *
 * <p>What is found bears Letterbox's mark, odd bits for execution in its mode, and is not in use: not held, not named, not
 * waited for. A lock and a bell whose server left its queue too are not found: the next server on that key takes them over; nor is a
 * bell while a server of the same user may run whose lock was removed.
 * Users find their own, root everybody's.
 */
public final class Leftovers {
    /** What was left. */
    public enum Kind {
        /** A server's lock: a semaphore set with the server's key. */
        LOCK,
        /** A server's bell: a semaphore without a key. */
        BELL,
        /** A life token or a lane that its process could not complete. */
        SEGMENT
    }

    /**
     * A semaphore set or a segment that was left.
     *
     * @param kind what it is
     * @param id its id
     * @param key the key of a lock
     * @param uid the user who created and owns it
     * @param evidence why it is known to be of no use, for people
     * @param state what would change if it were used
     */
    public record Leftover(Kind kind, int id, Optional<Key> key, int uid, String evidence, List<Long> state) {}

    private Leftovers() {}

    /**
     * Finds what was left. A server that starts or ends in this moment may be taken for dead, so let two looks, some seconds
     * apart, agree.
     *
     * @return locks and bells, then segments
     */
    public static List<Leftover> find() {
        Linux linux = Linux.host();
        int me = (int) linux.geteuid();
        List<Leftover> found = new ArrayList<>();
        List<Entry> table = SemaphoreTable.read();
        List<Entry> keptLocks = new ArrayList<>();
        for (Entry entry : table) {
            if (entry.key() != Linux.IPC_PRIVATE && entry.count() == ServerLock.COUNT) {
                Optional<Leftover> left = entry.hasModeOfLock() ? lock(linux, entry) : Optional.empty();
                left.ifPresentOrElse(found::add, () -> keptLocks.add(entry));
            }
        }
        Set<Integer> named = new HashSet<>();
        keptLocks.forEach(lock -> bell(linux, lock).ifPresent(named::add));
        Set<Integer> unlocked = new HashSet<>();
        if (table.stream().anyMatch(Leftovers::isBell)) {
            unlocked.addAll(usersOfServersWithoutLock());
        }
        for (Entry entry : table) {
            if (isBell(entry)
                    && !unlocked.contains(entry.creatorUid())
                    && !named.contains(entry.id())
                    && !mayBelongToOneOf(keptLocks, entry, linux)
                    && isNotAwaited(linux, entry)) {
                found.add(new Leftover(
                        Kind.BELL,
                        entry.id(),
                        Optional.empty(),
                        entry.uid(),
                        "no server's lock names it, and no thread waits for it",
                        state(entry)));
            }
        }
        found.removeIf(left -> me != 0 && left.uid() != me);
        AbandonedSegments.find().forEach(segment -> found.add(left(segment)));
        return List.copyOf(found);
    }

    /** Somebody removed the lock of a server that may run, or be stopped: which bell is its own, only the lock knew. */
    private static Set<Integer> usersOfServersWithoutLock() {
        return MessageQueues.list().stream()
                .filter(ServerMode::isIn)
                .filter(queue -> ServerStatus.of(queue)
                        .filter(server -> switch (server.state()) {
                            case HIDDEN -> true;
                            case UNLOCKED -> server.process().isPresent();
                            case RUNNING, LEFT_OVER -> false;
                        })
                        .isPresent())
                .map(QueueStatus::creatorUid)
                .collect(Collectors.toSet());
    }

    private static Optional<Leftover> lock(Linux linux, Entry entry) {
        SemaphoreSet set = SemaphoreSet.ofId(linux, entry.id());
        try {
            return set.isLocked() || !new ServerLock(set).isOfAServer() || !isWithoutQueue(linux, entry.key())
                    ? Optional.empty()
                    : Optional.of(new Leftover(
                            Kind.LOCK,
                            entry.id(),
                            Optional.of(Key.of(entry.key())),
                            entry.uid(),
                            "no server holds it, and no queue has its key",
                            state(entry)));
        } catch (ErrnoException hiddenOrGone) {
            return Optional.empty();
        }
    }

    private static boolean isWithoutQueue(Linux linux, int key) {
        return Errno.ENOENT.in(linux.msgget(key, 0));
    }

    private static OptionalInt bell(Linux linux, Entry lock) {
        try {
            return new ServerLock(SemaphoreSet.ofId(linux, lock.id())).bell();
        } catch (ErrnoException hiddenOrGone) {
            return OptionalInt.empty();
        }
    }

    private static boolean isBell(Entry entry) {
        return entry.count() == 1 && entry.hasModeOfBell();
    }

    /** A server may have made its bell, and not yet named it in its lock; or it may hide its lock. */
    private static boolean mayBelongToOneOf(List<Entry> locks, Entry bell, Linux linux) {
        return locks.stream()
                .anyMatch(lock -> lock.creatorUid() == bell.creatorUid()
                        && lock.operated() <= bell.changed()
                        && bell(linux, lock).isEmpty()
                        && mayBeHeld(linux, lock));
    }

    private static boolean mayBeHeld(Linux linux, Entry lock) {
        try {
            return SemaphoreSet.ofId(linux, lock.id()).isLocked();
        } catch (ErrnoException hiddenOrGone) {
            return true;
        }
    }

    private static boolean isNotAwaited(Linux linux, Entry bell) {
        try {
            return SemaphoreSet.ofId(linux, bell.id()).waiting() == 0;
        } catch (ErrnoException hiddenOrGone) {
            return false;
        }
    }

    private static List<Long> state(Entry entry) {
        return List.of(entry.operated(), entry.changed());
    }

    private static Leftover left(AbandonedSegments.Segment segment) {
        return new Leftover(
                Kind.SEGMENT,
                segment.id(),
                Optional.empty(),
                segment.uid(),
                "process %d, which created it, exited before it was complete".formatted(segment.creator()),
                List.of(segment.creator(), segment.bytes(), segment.changed()));
    }

    /**
     * Removes something that was left, if it is still as it was found.
     *
     * @param left what {@link #find} found
     * @return false if it is gone or in use by now, or the kernel does not allow it
     */
    public static boolean remove(Leftover left) {
        if (!find().contains(left)) {
            return false;
        }
        Linux linux = Linux.host();
        return switch (left.kind()) {
            case LOCK -> removeLock(linux, left);
            case BELL -> removeBell(linux, left);
            case SEGMENT ->
                AbandonedSegments.find().stream()
                        .filter(segment -> segment.id() == left.id())
                        .anyMatch(AbandonedSegments.Segment::remove);
        };
    }

    /** Holds the lock while it looks for the last time, so that no server starts meanwhile. */
    private static boolean removeLock(Linux linux, Leftover left) {
        SemaphoreSet set = SemaphoreSet.ofId(linux, left.id());
        try {
            if (!set.tryLock()) {
                return false;
            }
            if (isWithoutQueue(linux, left.key().orElseThrow().value())) {
                set.remove();
                return true;
            }
            set.unlock();
            return false;
        } catch (ErrnoException goneOrRefused) {
            return false;
        }
    }

    private static boolean removeBell(Linux linux, Leftover left) {
        try {
            SemaphoreSet.ofId(linux, left.id()).remove();
            return true;
        } catch (ErrnoException goneOrRefused) {
            return false;
        }
    }
}
