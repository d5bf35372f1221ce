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
import java.util.stream.Collectors;

/**
 * Checks for processes that a signal or a debugger has stopped while others depend on them: readers, senders, servers and
 * clients whose answers wait. They use their queues again as soon as they are continued.
 */
final class StoppedCheck implements Check {
    private static final int DEFAULT_KEY = Key.parse(KeyOption.DEFAULT).value();

    /** A client's birth certificate is a message too. */
    private static final int CERTIFICATE = 1;

    private static final int MOST = 5;

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
            } else if (server(queue).isPresent()) {
                // Another check greets the server on the default key.
                if (queue.status().keyValue() != DEFAULT_KEY) {
                    findings.add(served(queue, server(queue).get()));
                }
            } else {
                addUsers(queue, findings);
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

    private static Optional<Long> server(ListedQueue queue) {
        return queue.server()
                .map(ServerStatus::process)
                .filter(process -> process.isPresent() && Processes.isStopped(process.getAsLong()))
                .map(process -> process.getAsLong());
    }

    private static Finding served(ListedQueue queue, long server) {
        return Finding.wrong(
                "stopped",
                "%s: its server, process %d, is stopped by a signal or a debugger: no request is answered."
                        .formatted(Scene.name(queue), server),
                remedy(server));
    }

    private static void addUsers(ListedQueue queue, List<Finding> findings) {
        Optional<Stopped> reader = reader(queue);
        boolean full = queue.fill().orElse(0) >= KernelLimit.ENDANGERED;
        if (full && reader.isPresent()) {
            findings.add(Finding.wrong(
                    "stopped",
                    "%s is %d%% full with %s: its reader, %s, is stopped by a signal or a debugger."
                            .formatted(
                                    Scene.name(queue),
                                    KernelLimit.percent(queue.fill().orElse(0)),
                                    Counted.of(queue.status().messages(), "message"),
                                    reader.get().who()),
                    remedy(reader.get().pid())));
        }
        queue.waiters().stream()
                .filter(Waiter::stopped)
                .filter(waiter -> !(full && waiter.call() == Call.RECEIVE))
                .map(waiter -> Finding.warning(
                        "stopped",
                        "%s: its %s, %s, is stopped by a signal or a debugger."
                                .formatted(
                                        Scene.name(queue),
                                        waiter.call() == Call.RECEIVE ? "reader" : "sender",
                                        WaiterText.who(waiter)),
                        remedy(waiter.pid())))
                .forEach(findings::add);
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
        return user.pid().isPresent() && Processes.isStopped(user.pid().getAsInt())
                ? user.program()
                        .map(program -> new Stopped(
                                user.pid().getAsInt(),
                                "process %d (%s)".formatted(user.pid().getAsInt(), program)))
                : Optional.empty();
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
                "%s stopped by a signal or a debugger while %s for %s: %s%s."
                        .formatted(
                                one ? "A Letterbox client is" : clients.size() + " Letterbox clients are",
                                one ? "an answer waits" : "answers wait",
                                one ? "it" : "them",
                                first,
                                more > 0 ? " and %d more".formatted(more) : ""),
                "kill -CONT "
                        + clients.stream()
                                .limit(MOST)
                                .map(queue -> Long.toString(client(queue)))
                                .collect(Collectors.joining(" ")));
    }

    private static String remedy(long pid) {
        return "kill -CONT " + pid;
    }
}
