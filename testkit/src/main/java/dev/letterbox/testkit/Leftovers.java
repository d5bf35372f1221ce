package dev.letterbox.testkit;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A snapshot of all that a test could leave behind. */
record Leftovers(IpcTable table, Set<Proc> processes, Set<Thread> threads) {
    static Leftovers now() {
        return new Leftovers(IpcTable.now(), ownProcesses(), ownThreads());
    }

    /** Names what is here now and was not in the earlier snapshot. */
    List<String> since(Leftovers before) {
        return Stream.concat(
                        IpcTable.difference(before.table, table).stream().map(Object::toString),
                        runningSince(before).stream())
                .toList();
    }

    /** Names the processes and threads alone. */
    List<String> runningSince(Leftovers before) {
        return Stream.concat(
                        processes.stream()
                                .filter(process -> !before.processes.contains(process))
                                .map(Leftovers::name),
                        threads.stream()
                                .filter(thread -> !before.threads.contains(thread))
                                .map(Leftovers::name))
                .toList();
    }

    /** Finds the living descendants, and those whose parents ended before them and who are nobody's descendants now. */
    private static Set<Proc> ownProcesses() {
        Set<Proc> lasting = ChildProcess.lasting();
        return Stream.concat(
                        ProcessHandle.current().descendants().map(handle -> new Proc(handle.pid())),
                        Proc.startedWith(ChildProcess.MARK, ChildProcess.markOfThisJvm()))
                .filter(process -> !lasting.contains(process))
                .collect(Collectors.toSet());
    }

    private static Set<Thread> ownThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon())
                // JUnit's and Surefire's own come and go as they like.
                .filter(thread -> !thread.getName().startsWith("junit-")
                        && !thread.getName().startsWith("surefire-"))
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static String name(Proc process) {
        return "process %d (%s), %s"
                .formatted(process.pid(), process.isZombie() ? "zombie" : "alive", process.commandLine());
    }

    private static String name(Thread thread) {
        return "thread '%s', %s"
                .formatted(
                        thread.getName(),
                        Stream.of(thread.getStackTrace())
                                .limit(5)
                                .map(Object::toString)
                                .collect(Collectors.joining(" < ")));
    }
}
