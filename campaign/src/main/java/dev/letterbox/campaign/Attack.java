package dev.letterbox.campaign;

import dev.letterbox.testkit.Privileges;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Is a way to keep a server from serving others, tried by programs of another user.
 *
 * @param name what it is, for people
 * @param user who tries
 * @param programs the arguments of each program, which is {@code peers/src/attack.c}
 * @param limits what is set under {@code /proc/sys/kernel} before the server starts
 * @param logIsRead whether anybody reads the server's log
 * @param removes whether what honest clients use is removed as well, so that they have to ask again
 * @param files how many files the server may have open; 0 for as many as this process
 * @param memory how many bytes the server's control group may use; 0 for no group
 */
record Attack(
        String name,
        int user,
        List<List<String>> programs,
        Map<String, Integer> limits,
        boolean logIsRead,
        boolean removes,
        int files,
        long memory) {
    /** A user who is neither the server's, nor an attacker, nor the client that is measured, and never consents. */
    static final int BYSTANDER = 23_456;

    /** Of no more blocks than an empty one. */
    static final String LONG_FILE = "long.bin";

    private static final int FEW_FILES = 1_024;
    private static final int LARGE_MESSAGES = 65_536;
    private static final int VERY_LARGE_MESSAGES = 131_072_000;
    private static final long SMALL_GROUP = 128 << 20;

    private static Attack of(String name, String... programs) {
        return new Attack(
                name,
                Privileges.NOBODY,
                List.of(programs).stream()
                        .map(words -> List.of(words.split(" ", -1)))
                        .toList(),
                Map.of(),
                true,
                false,
                0,
                0);
    }

    private Attack where(Map<String, Integer> set) {
        return new Attack(name, user, programs, set, logIsRead, removes, files, memory);
    }

    private Attack withoutReader() {
        return new Attack(name, user, programs, limits, false, removes, files, memory);
    }

    private Attack byTheServersUser() {
        return new Attack(name, 0, programs, limits, logIsRead, true, files, memory);
    }

    private Attack inGroup(long bytes) {
        return new Attack(name, user, programs, limits, logIsRead, removes, files, bytes);
    }

    private Attack with(int mostFiles) {
        return new Attack(name, user, programs, limits, logIsRead, removes, mostFiles, memory);
    }

    /** Returns all that can be tried here, each at this machine's limits and then with few files. */
    static List<Attack> all() {
        String hold = "hold " + Served.name(Served.LARGE) + " 17000";
        String unread = "unread " + Served.name(Served.MEDIUM) + " 4631";
        String small = Served.name(Honest.SIZE);
        List<Attack> all = new ArrayList<>();
        for (Attack each : List.of(
                of("17,000 answers kept unfinished, with a byte of credit a second", hold),
                of("the same, with `msgmax` 65,536", hold).where(Map.of("msgmax", LARGE_MESSAGES)),
                of("the same, with `msgmax` and `msgmnb` 131,072,000", hold)
                        .where(Map.of("msgmax", VERY_LARGE_MESSAGES, "msgmnb", VERY_LARGE_MESSAGES)),
                of("3,000 wrong checksums of 1 GiB", "check " + LONG_FILE + " 1073741824 3000"),
                of("classic requests that name the honest client's queues", "name " + Honest.USER + " " + small),
                of("classic requests that name a queue whose user never consented", "name " + BYSTANDER + " " + small),
                of("two programs that fill the log with 4,090 ends of lines in each name", "lines", "lines"),
                of("the same, and nobody reads the log", "lines", "flood " + small)
                        .withoutReader(),
                of("4,631 queues that ask and never read", unread),
                of("the same, with the server in a control group of 128 MiB", unread)
                        .inGroup(SMALL_GROUP),
                of("a client that never reads what it is told", "refused " + small),
                of("two programs that greet with queues that are gone", "greet", "greet"),
                of("two programs that ask as fast as they can", "flood " + small, "flood " + small),
                of("queues and semaphores of the server's user removed", "remove 0")
                        .byTheServersUser())) {
            if (each.memory == 0 || MemoryGroup.canBeMade()) {
                all.add(each);
                all.add(each.with(FEW_FILES));
            }
        }
        return all;
    }
}
