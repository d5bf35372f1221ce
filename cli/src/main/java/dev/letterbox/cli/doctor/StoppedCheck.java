package dev.letterbox.cli.doctor;

import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.cli.host.KernelLimit;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.Processes;
import dev.letterbox.cli.host.WaiterText;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.queues.ServerStatus;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.waiters.Waiter;
import dev.letterbox.sysv.waiters.Waiter.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Checks for processes that a signal or a debugger has stopped while others depend on them: readers, senders, servers and
 * clients whose answers wait. They use their queues again as soon as they are continued.
 */
final class StoppedCheck implements Check {
    private static final int DEFAULT_KEY = Key.parse(KeyOption.DEFAULT).value();

    /** A client's birth certificate is a message too. */
    private static final int CERTIFICATE = 1;

    private static final int MOST = 5;

    /** What {@link Processes#isStopped} finds, as the end of a sentence or the middle. */
    static final String STOPPED = "stopped by a signal or a debugger";

    /** A stopped process, and how to name it. */
    record Stopped(long pid, String who) {
        private Stopped(Waiter waiter) {
            this(waiter.pid(), WaiterText.who(waiter));
        }
    }

    @Override
    public List<Finding> findings(Scene scene) {
        List<Finding> findings = new ArrayList<>();
        List<ListedQueue> clients = new ArrayList<>();
        for (ListedQueue queue : scene.queues()) {
            if (queue.client().isPresent()) {
                if (queue.status().messages() > CERTIFICATE && Processes.isStopped(client(queue))) {
                    clients.add(queue);
                }
                continue;
            }
            OptionalLong server = queue.server().map(ServerStatus::process).orElse(OptionalLong.empty());
            if (server.isEmpty() || !Processes.isStopped(server.getAsLong())) {
                addUsers(queue, findings);
            } else if (queue.status().keyValue() != DEFAULT_KEY) {
                // Another check looks at the server on the default key.
                findings.add(served(queue, server.getAsLong()));
            }
        }
        if (!clients.isEmpty()) {
            findings.add(clients(clients));
        }
        return findings;
    }

    private static long client(ListedQueue queue) {
        return queue.client().orElseThrow().certificate().process().pid();
    }

    private static Finding served(ListedQueue queue, long server) {
        return Finding.wrong(
                "stopped",
                "%s: its server, process %d, is %s: no request is answered."
                        .formatted(Scene.name(queue), server, STOPPED),
                remedy(server));
    }

    private static void addUsers(ListedQueue queue, List<Finding> findings) {
        boolean full = queue.fill().orElse(0) >= KernelLimit.ENDANGERED;
        if (full) {
            reader(queue).map(reader -> full(queue, reader)).ifPresent(findings::add);
        }
        queue.waiters().stream()
                .filter(Waiter::stopped)
                .filter(waiter -> !(full && waiter.call() == Call.RECEIVE))
                .map(waiter -> Finding.warning(
                        "stopped",
                        "%s: its %s, %s, is %s."
                                .formatted(
                                        Scene.name(queue),
                                        waiter.call() == Call.RECEIVE ? "reader" : "sender",
                                        WaiterText.who(waiter),
                                        STOPPED),
                        remedy(waiter.pid())))
                .forEach(findings::add);
    }

    private static Finding full(ListedQueue queue, Stopped reader) {
        return Finding.wrong(
                "stopped",
                "%s is %d%% full with %s: its reader, %s, is %s."
                        .formatted(
                                Scene.name(queue),
                                KernelLimit.percent(queue.fill().orElse(0)),
                                Counted.of(queue.status().messages(), "message"),
                                reader.who(),
                                STOPPED),
                remedy(reader.pid()));
    }

    /** Returns a reader that is stopped: one that sleeps in the queue, or else the last one, whatever it does. */
    static Optional<Stopped> reader(ListedQueue queue) {
        return queue.waiters().stream()
                .filter(waiter -> waiter.call() == Call.RECEIVE && waiter.stopped())
                .findFirst()
                .map(Stopped::new)
                .or(() -> queue.receiver().flatMap(StoppedCheck::stopped));
    }

    private static Optional<Stopped> stopped(Processes.User user) {
        return user.pid().stream()
                .boxed()
                .filter(pid -> Processes.isStopped(pid))
                .findFirst()
                .flatMap(pid ->
                        user.program().map(program -> new Stopped(pid, "process %d (%s)".formatted(pid, program))));
    }

    private static Finding clients(List<ListedQueue> clients) {
        String first = clients.stream()
                .limit(MOST)
                .map(queue -> "process %d%s (queue %d)"
                        .formatted(
                                client(queue),
                                queue.receiver()
                                        .flatMap(Processes.User::program)
                                        .map(" (%s)"::formatted)
                                        .orElse(""),
                                queue.status().id()))
                .collect(Collectors.joining(", "));
        int more = clients.size() - MOST;
        boolean one = clients.size() == 1;
        return Finding.warning(
                "stopped",
                "%s %s while %s for %s: %s%s."
                        .formatted(
                                one ? "A Letterbox client is" : clients.size() + " Letterbox clients are",
                                STOPPED,
                                one ? "an answer waits" : "answers wait",
                                one ? "it" : "them",
                                first,
                                more > 0 ? " and %d more".formatted(more) : ""),
                remedy(clients.stream()
                        .limit(MOST)
                        .mapToLong(StoppedCheck::client)
                        .toArray()));
    }

    /** Lets processes go on. */
    static String remedy(long... pids) {
        return "kill -CONT " + LongStream.of(pids).mapToObj(Long::toString).collect(Collectors.joining(" "));
    }
}
