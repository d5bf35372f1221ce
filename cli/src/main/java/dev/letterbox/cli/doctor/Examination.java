package dev.letterbox.cli.doctor;

import dev.letterbox.ServerStatus;
import dev.letterbox.cli.command.KeyOption;
import dev.letterbox.cli.host.Accounts;
import dev.letterbox.cli.host.KernelLimit;
import dev.letterbox.cli.host.ListedQueue;
import dev.letterbox.cli.host.Processes;
import dev.letterbox.cli.host.QueueColumn;
import dev.letterbox.cli.host.Self;
import dev.letterbox.cli.output.Counted;
import dev.letterbox.cli.queues.FoundQueues;
import dev.letterbox.files.ServedRoot;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.OwnedQueue;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.error.MessageTooLargeException;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.error.TableFullException;
import dev.letterbox.sysv.error.UnsupportedKernelException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Looks at everything that message queues depend on here, and at the queues. Changes nothing. */
final class Examination {
    /** The number of the IPC namespace in which a system starts, on every Linux. */
    private static final String FIRST_NAMESPACE = "ipc:[4026531839]";

    /** From here on users are people, who log out. */
    private static final int FIRST_PERSON = 1_000;

    private final Self self;
    private final Accounts accounts = new Accounts();
    private final List<Finding> findings = new ArrayList<>();

    private Examination(Self self) {
        this.self = self;
    }

    /** Makes all checks. The worst finding comes first. */
    static List<Finding> findings() throws IOException, InterruptedException {
        Examination examination = new Examination(Self.read());
        examination.run();
        return examination.findings.stream()
                .sorted(Comparator.comparing(Finding::weight))
                .toList();
    }

    private void run() throws IOException, InterruptedException {
        try {
            MessageQueues.limits();
        } catch (UnsupportedKernelException none) {
            add(Finding.wrong("kernel", String.valueOf(none.getMessage()), "use a kernel with CONFIG_SYSVIPC"));
            return;
        }
        List<ListedQueue> queues =
                FoundQueues.find(List.of(), _ -> true, QueueColumn.ID.order()).queues();
        limits(queues);
        trial();
        fullQueues(queues);
        leakedQueues(queues);
        defaultKey(queues);
        openQueues(queues);
        kernel(queues);
        namespace();
        removeIpc();
        capabilities();
    }

    private void add(Finding finding) {
        findings.add(finding);
    }

    private void limits(List<ListedQueue> queues) {
        for (KernelLimit limit : KernelLimit.all()) {
            boolean ofTable = limit.name().equals("msgmni");
            // How full each queue is has a check of its own.
            List<String> warnings = limit.warnings().stream()
                    .filter(warning -> !warning.ofQueue())
                    .map(KernelLimit.Warning::says)
                    .toList();
            for (String warning : warnings) {
                boolean full = ofTable && limit.fill().orElse(0) >= 1;
                String raise = limit.ways().getFirst().what();
                add(new Finding(
                        full ? Finding.Weight.WRONG : Finding.Weight.WARNING,
                        "limits",
                        ofTable ? warning + " They belong to: " + byOwner(queues) + "." : warning,
                        Optional.of(
                                ofTable
                                        ? "letterbox reap; letterbox queues --sort idle, and rm what is left over; or "
                                                + raise
                                        : raise)));
            }
            if (warnings.isEmpty()) {
                String use = ofTable ? ", %d in use".formatted(limit.used().orElse(0)) : "";
                add(Finding.fine("limits", "%s is %d%s".formatted(limit.name(), limit.value(), use)));
            }
        }
    }

    /** One message through one queue: finds what no setting shows, such as a security module or a system call filter. */
    private void trial() throws InterruptedException {
        try (OwnedQueue queue = OwnedQueue.createPrivate(Mode.OWNER)) {
            queue.send(new Message(1, "?".getBytes(StandardCharsets.US_ASCII)));
            queue.receive(Selector.any(), Duration.ofSeconds(5));
            add(Finding.fine("trial", "A private queue was made, a message sent and received, the queue removed."));
        } catch (TableFullException full) {
            if (findings.stream().noneMatch(finding -> finding.weight() == Finding.Weight.WRONG)) {
                add(Finding.wrong("limits", String.valueOf(full.getMessage()), "letterbox queues --sort idle"));
            }
        } catch (MessageTooLargeException nothingFits) {
            // The limits tell, with what mends it.
            add(Finding.note("trial", String.valueOf(nothingFits.getMessage()), "letterbox limits"));
        } catch (QueueException refused) {
            add(Finding.wrong(
                    "trial",
                    String.valueOf(refused.getMessage()),
                    "look for a system call filter or security module: docker run --security-opt seccomp=unconfined;"
                            + " journalctl -k | grep -i denied"));
        }
    }

    private void fullQueues(List<ListedQueue> queues) {
        List<ListedQueue> full = queues.stream()
                .filter(queue -> queue.fill().orElse(0) >= KernelLimit.ENDANGERED)
                .toList();
        full.stream().filter(queue -> !queue.status().isPrivate()).forEach(this::fullQueue);
        // Of private ones there may be thousands, and those whose reader is gone are leaked.
        List<String> stalled = full.stream()
                .filter(queue -> queue.status().isPrivate() && !queue.looksOrphaned())
                .map(queue -> Integer.toString(queue.status().id()))
                .toList();
        if (!stalled.isEmpty()) {
            add(Finding.warning(
                    "full",
                    "Private queues are full, since who made them does not read fast enough, or ended unseen: %s."
                            .formatted(some(stalled)),
                    "letterbox queues --private --fuller-than 80% --watch; letterbox reap --all"));
        }
    }

    private void fullQueue(ListedQueue queue) {
        int id = queue.status().id();
        if (queue.status().messages() == 0) {
            add(Finding.wrong(
                    "full",
                    "Queue %d (key %s, owner %s) has a capacity of 0 bytes: nobody can send to it."
                            .formatted(
                                    id,
                                    queue.status().key().orElseThrow(),
                                    queue.owner().user()),
                    "letterbox set %d --capacity %d"
                            .formatted(id, MessageQueues.limits().maxMessageBytes())));
            return;
        }
        String full = "Queue %d (key %s, owner %s) is %d%% full with %s"
                .formatted(
                        id,
                        queue.status().key().orElseThrow(),
                        queue.owner().user(),
                        KernelLimit.percent(queue.fill().orElse(0)),
                        Counted.of(queue.status().messages(), "message"));
        Optional<Processes.User> reader = queue.receiver();
        if (reader.isEmpty() || reader.get().state() == Processes.State.GONE) {
            String why = reader.map(user -> "who received from it last (%d) is gone".formatted(user.reported()))
                    .orElse("nobody ever received from it");
            add(Finding.wrong(
                    "full",
                    full + ", and " + why + ": who sends to it waits for ever.",
                    "start its reader; or look into it (letterbox peek %d) and remove it (letterbox rm %d)"
                            .formatted(id, id)));
        } else {
            String who = reader.get()
                    .program()
                    .map(program -> "%d %s".formatted(reader.get().pid().orElse(0), program))
                    .orElse("not to be seen from here");
            add(Finding.warning(
                    "full",
                    full + "; its reader (%s) lives and does not keep up.".formatted(who),
                    "letterbox queues %d --watch".formatted(id)));
        }
    }

    private void leakedQueues(List<ListedQueue> queues) {
        List<ListedQueue> leaked = queues.stream()
                .filter(ListedQueue::looksOrphaned)
                .filter(queue -> queue.server().isEmpty())
                .toList();
        List<ListedQueue> dead =
                leaked.stream().filter(queue -> queue.client().isPresent()).toList();
        deadClients(dead, queues);
        List<ListedQueue> unowned = leaked.stream()
                .filter(queue -> queue.status().isPrivate() && queue.client().isEmpty())
                .toList();
        if (!unowned.isEmpty()) {
            add(Finding.warning(
                    "leaked",
                    "%s: their users are gone, and nobody else can find a private queue (%s)."
                            .formatted(
                                    unowned.size() == 1
                                            ? "A private queue looks leaked"
                                            : unowned.size() + " private queues look leaked",
                                    byOwner(unowned)),
                    "letterbox reap --all, to see what speaks for their life; letterbox rm --orphans --private --dry-run,"
                            + " then without --dry-run"));
        }
        int keyed = leaked.size() - unowned.size() - dead.size();
        if (keyed > 0) {
            add(Finding.note(
                    "leaked",
                    "%s no user that lives, and may wait for the next one."
                            .formatted(keyed == 1 ? "1 queue with a key has" : keyed + " queues with a key have"),
                    "letterbox queues --orphans"));
        }
        if (leaked.isEmpty()) {
            add(Finding.fine("leaked", "No queue looks leaked."));
        }
    }

    /** A server that runs removes what its clients leave, some seconds after they ended. */
    private void deadClients(List<ListedQueue> dead, List<ListedQueue> queues) {
        Set<Integer> served = queues.stream()
                .filter(queue -> queue.kind().equals("server"))
                .map(queue -> queue.status().keyValue())
                .collect(Collectors.toSet());
        Map<Boolean, List<ListedQueue>> byServed = dead.stream()
                .collect(Collectors.partitioningBy(queue -> served.contains(
                        queue.client().orElseThrow().certificate().server().value())));
        List<ListedQueue> alone = byServed.getOrDefault(false, List.of());
        if (!alone.isEmpty()) {
            add(Finding.warning(
                    "leaked",
                    "%s, and no server of theirs runs that would remove %s (%s)."
                            .formatted(clients(alone.size()), alone.size() == 1 ? "it" : "them", byOwner(alone)),
                    "letterbox reap; then letterbox reap --remove"));
        }
        List<ListedQueue> cared = byServed.getOrDefault(true, List.of());
        if (!cared.isEmpty()) {
            add(Finding.note(
                    "leaked",
                    "%s (%s).".formatted(clients(cared.size()), byOwner(cared)),
                    "nothing to do: their server removes such within seconds; should they stay: letterbox reap"));
        }
    }

    private static String clients(int count) {
        return count == 1
                ? "A private queue is of a Letterbox client that has ended"
                : count + " private queues are of Letterbox clients that have ended";
    }

    /** Counts queues by their owners, who has most first. */
    private static String byOwner(List<ListedQueue> queues) {
        return queues.stream()
                .collect(Collectors.groupingBy(queue -> queue.owner().user(), TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .map(owner -> owner.getKey() + " " + owner.getValue())
                .collect(Collectors.joining(", "));
    }

    private void defaultKey(List<ListedQueue> queues) {
        Key key = Key.parse(KeyOption.DEFAULT);
        Optional<ListedQueue> holder = queues.stream()
                .filter(queue -> queue.status().keyValue() == key.value())
                .findFirst();
        if (holder.isEmpty()) {
            add(Finding.fine("key", "The default key " + key + " is free."));
            return;
        }
        ListedQueue queue = holder.get();
        Optional<ServerStatus> server = queue.server();
        if (server.isPresent()) {
            add(
                    switch (server.get().state()) {
                        case RUNNING ->
                            Finding.fine(
                                    "key",
                                    "A server runs on the default key %s: queue %d, process %d, user %s."
                                            .formatted(
                                                    key,
                                                    queue.status().id(),
                                                    server.get().process().orElse(0),
                                                    queue.creator().user()));
                        case LEFT_OVER ->
                            Finding.note(
                                    "key",
                                    "The default key %s has the queue of a server that was killed (queue %d, %s)."
                                            .formatted(
                                                    key,
                                                    queue.status().id(),
                                                    Counted.of(queue.status().messages(), "message")),
                                    "nothing to do: the next letterbox serve of user %s takes it over"
                                            .formatted(queue.creator().user()));
                        case HIDDEN ->
                            Finding.note(
                                    "key",
                                    "The default key %s seems to be served by user %s (queue %d); only that user and root can tell."
                                            .formatted(
                                                    key,
                                                    queue.creator().user(),
                                                    queue.status().id()),
                                    "letterbox serve DIR --key KEY, to serve beside it");
                    });
            return;
        }
        String squatted =
                "The default key %s is taken by a queue that is no Letterbox server's: queue %d, creator %s, mode %s."
                                .formatted(
                                        key,
                                        queue.status().id(),
                                        queue.creator().user(),
                                        queue.status().mode())
                        + " What clients ask goes there, and no server can start.";
        String remedy = "letterbox rm %s, if nobody needs it; else choose another key with --key".formatted(key);
        boolean stranger =
                queue.status().creatorUid() != self.uid() && queue.status().creatorUid() != 0;
        add(stranger ? Finding.wrong("key", squatted, remedy) : Finding.warning("key", squatted, remedy));
    }

    private void openQueues(List<ListedQueue> queues) {
        List<String> open = queues.stream()
                .map(ListedQueue::status)
                .filter(status -> (status.mode().bits() & 0_004) != 0)
                .map(status -> Integer.toString(status.id()))
                .toList();
        if (!open.isEmpty()) {
            add(Finding.note(
                    "open",
                    "Everybody may receive from %s %s: any user can take the messages."
                            .formatted(open.size() == 1 ? "queue" : "queues", some(open)),
                    "letterbox set QUEUE --mode 0622, where others need only to send"));
        }
    }

    private static String some(List<String> ids) {
        int most = 10;
        return String.join(", ", ids.subList(0, Math.min(most, ids.size())))
                + (ids.size() > most ? " and %d more".formatted(ids.size() - most) : "");
    }

    private void kernel(List<ListedQueue> queues) {
        add(Finding.fine(
                "kernel", "Linux " + System.getProperty("os.version") + " on " + System.getProperty("os.arch")));
        try {
            // No queue has this id: a kernel that can peek says so, and one that cannot says that.
            MessageQueue.ofId(Integer.MAX_VALUE).peek(MessageBuffer.allocate(), 0);
        } catch (UnsupportedKernelException without) {
            add(Finding.note(
                    "kernel",
                    "This kernel cannot copy a message and leave it there (MSG_COPY): letterbox peek does not work.",
                    "use a kernel with CONFIG_CHECKPOINT_RESTORE"));
        } catch (QueueException peeks) {
            add(Finding.fine("kernel", "Messages can be looked at without taking them (MSG_COPY)."));
        }
        if (queues.stream().anyMatch(queue -> queue.status().capacity().isEmpty())) {
            add(Finding.note(
                    "kernel",
                    "This kernel does not tell the capacity of other users' queues (MSG_STAT_ANY, Linux 4.17).",
                    "run this as root"));
        }
        try (ServedRoot _ = ServedRoot.open(Path.of("/"))) {
            add(Finding.fine("kernel", "A server can be confined to its directory (openat2)."));
        } catch (IOException refused) {
            add(Finding.warning("kernel", String.valueOf(refused.getMessage()), "use Linux 5.6 or later"));
        }
        if (!Files.isReadable(Path.of("/proc/1/status"))) {
            add(Finding.note(
                    "proc",
                    "/proc hides other users' processes: who used a queue, and whether they live, cannot be told.",
                    "run this as root"));
        }
    }

    private void namespace() throws IOException {
        String own = Files.readSymbolicLink(Path.of("/proc/self/ns/ipc")).toString();
        if (own.equals(FIRST_NAMESPACE)) {
            add(Finding.fine("namespace", "The IPC namespace is the machine's own."));
        } else {
            add(Finding.note(
                    "namespace",
                    "The IPC namespace is not the machine's own (%s): queues outside are not to be seen here, nor these there."
                                    .formatted(own)
                            + firstProcess(own),
                    "to share one: docker run --ipc=host, or --ipc=container:NAME with --ipc=shareable there; in Kubernetes"
                            + " the containers of one pod share one"));
        }
    }

    private static String firstProcess(String own) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/1/ns/ipc")).toString().equals(own)
                    ? " Process 1 is in it too."
                    : " Process 1 is in another.";
        } catch (IOException hidden) {
            return "";
        }
    }

    private void removeIpc() {
        RemoveIpc setting = new RemoveIpc(Path.of("/"));
        String user = accounts.user(self.uid());
        if (!setting.isOn()) {
            add(Finding.fine("logind", "Queues stay when their user logs out."));
        } else if (Integer.compareUnsigned(self.uid(), FIRST_PERSON) < 0 || setting.lingers(user)) {
            add(Finding.fine(
                    "logind",
                    "systemd removes queues of users who log out (RemoveIPC=yes), but not those of %s."
                            .formatted(user)));
        } else {
            add(Finding.warning(
                    "logind",
                    "systemd removes the queues of %s when the last session ends (RemoveIPC=yes), a server's too."
                            .formatted(user),
                    "loginctl enable-linger %s; or RemoveIPC=no in /etc/systemd/logind.conf".formatted(user)));
        }
    }

    private void capabilities() {
        boolean root = self.uid() == 0;
        if (root && !self.has(Self.CAP_SYS_RESOURCE)) {
            add(Finding.note(
                    "capabilities",
                    "This root lacks CAP_SYS_RESOURCE: no queue can be given a capacity above msgmnb.",
                    "docker run --cap-add SYS_RESOURCE, or raise msgmnb (letterbox limits)"));
        }
        if (root && !(self.has(Self.CAP_IPC_OWNER) && self.has(Self.CAP_SYS_ADMIN))) {
            add(Finding.note(
                    "capabilities",
                    "This root lacks CAP_IPC_OWNER or CAP_SYS_ADMIN: it cannot use, or not remove, other users' queues.",
                    "docker run --cap-add IPC_OWNER --cap-add SYS_ADMIN; or act as the queue's owner"));
        }
        if (!root) {
            add(Finding.fine(
                    "capabilities",
                    "You are %s, and may use others' queues as far as their modes allow."
                            .formatted(accounts.user(self.uid()))));
        }
    }
}
