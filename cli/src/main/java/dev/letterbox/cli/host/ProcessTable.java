package dev.letterbox.cli.host;

import dev.letterbox.cli.output.Printable;
import dev.letterbox.sysv.waiters.Waiter;
import dev.letterbox.sysv.waiters.Waiters;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The visible processes at one moment, and the queues in which their threads sleep.
 *
 * @param processes the running processes, except those that are known to be in another IPC namespace
 * @param waiters the threads that sleep in queues
 * @param complete whether all processes of the machine are visible
 */
record ProcessTable(List<Member> processes, Waiters waiters, boolean complete) {
    /** The number of the pid namespace in which a system starts, on every Linux. */
    private static final String FIRST_NAMESPACE = "pid:[4026531836]";

    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final Pattern USERS = Pattern.compile("(?m)^Uid:\\s*(\\d+)\\s+(\\d+)\\s+(\\d+)\\s+(\\d+)$");

    /**
     * A process.
     *
     * @param pid its number
     * @param program its name
     * @param users its real, effective, saved and file system users
     * @param begun when it started
     */
    record Member(int pid, String program, Set<Integer> users, Instant begun) {
        @Override
        public String toString() {
            return "process " + pid + " (" + program + ")";
        }
    }

    static ProcessTable look() {
        return look(Path.of("/proc"));
    }

    static ProcessTable look(Path proc) {
        Instant boot = Processes.boot(proc);
        Optional<String> here = namespace(proc.resolve("self/ns/ipc"));
        List<Member> members = new ArrayList<>();
        for (Path folder : numbered(proc)) {
            Optional<String> there = namespace(folder.resolve("ns/ipc"));
            if (here.isPresent() && there.isPresent() && !here.equals(there)) {
                continue;
            }
            member(folder, boot).ifPresent(members::add);
        }
        return new ProcessTable(members, Waiters.look(proc), isComplete(proc));
    }

    /** Returns whether all processes of the machine are visible. */
    static boolean isComplete(Path proc) {
        return namespace(proc.resolve("self/ns/pid")).equals(Optional.of(FIRST_NAMESPACE))
                // If /proc hides other users' processes, process 1 is hidden too.
                && Files.isReadable(proc.resolve("1/status"));
    }

    private static Optional<Member> member(Path folder, Instant boot) {
        Optional<String> stat = Processes.read(folder.resolve("stat"));
        Matcher users = USERS.matcher(Processes.read(folder.resolve("status")).orElse(""));
        if (stat.isEmpty() || !users.find()) {
            return Optional.empty();
        }
        String[] fields = Processes.fields(stat.get());
        if (Processes.isOver(fields) || Processes.isOfTheKernel(fields)) {
            return Optional.empty();
        }
        String name =
                stat.get().substring(stat.get().indexOf('(') + 1, stat.get().lastIndexOf(')'));
        return Optional.of(new Member(
                Integer.parseInt(folder.getFileName().toString()),
                Printable.inOneLine(name),
                Stream.of(1, 2, 3, 4)
                        .map(group -> Integer.parseUnsignedInt(users.group(group)))
                        .collect(Collectors.toSet()),
                Processes.begun(fields, boot)));
    }

    /** Returns a thread that sleeps in the queue, or that may: its queue is not known. */
    Optional<Waiter> mayWaitIn(int queue) {
        return Stream.concat(waiters.in(queue).stream(), waiters.somewhere().stream())
                .findFirst();
    }

    /**
     * Finds the processes that may have created a queue, or inherited it from its creator: those of its creator that were
     * running when it was last used. A process that has changed its user since then is not found.
     */
    List<Member> possibleOwners(int creatorUid, Instant lastUse) {
        long self = ProcessHandle.current().pid();
        return processes.stream()
                .filter(member -> member.users().contains(creatorUid) && member.pid() != self)
                .filter(member -> !member.begun().isAfter(lastUse.plus(Processes.BLUR)))
                .toList();
    }

    /** Returns the name of a namespace; empty if its process is hidden or has exited. */
    static Optional<String> namespace(Path link) {
        try {
            return Optional.of(Files.readSymbolicLink(link).toString());
        } catch (IOException hidden) {
            return Optional.empty();
        }
    }

    /** Returns the entries of a folder that are numbers. */
    static List<Path> numbered(Path folder) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(
                folder, entry -> NUMBER.matcher(entry.getFileName().toString()).matches())) {
            entries.forEach(found::add);
        } catch (IOException | java.nio.file.DirectoryIteratorException ended) {
            return found;
        }
        return found;
    }
}
