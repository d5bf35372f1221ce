package dev.letterbox.cli.host;

import dev.letterbox.cli.output.JsonObject;
import dev.letterbox.cli.output.Words;
import dev.letterbox.queues.ServerStatus;
import dev.letterbox.queues.reaper.BirthCertificate;
import dev.letterbox.queues.reaper.Coroner;
import dev.letterbox.queues.reaper.Verdict;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.sysv.waiters.Waiter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A queue with all that can be found out about it.
 *
 * @param status what the kernel reports
 * @param server the server whose queue it is
 * @param client the Letterbox client whose private queue it is; empty also if the queue may not be read
 * @param owner its owner's name
 * @param creator its creator's name
 * @param sender the last sender
 * @param receiver the last receiver
 * @param waiters the threads that sleep in it, as far as they are visible
 * @param waitersHidden whether threads of other users may sleep in it that are not shown
 * @param claimed whether a process may still need it, although its last users have exited
 * @param seen when the queue was examined
 */
public record ListedQueue(
        QueueStatus status,
        Optional<ServerStatus> server,
        Optional<Client> client,
        Account owner,
        Account creator,
        Optional<Processes.User> sender,
        Optional<Processes.User> receiver,
        List<Waiter> waiters,
        boolean waitersHidden,
        boolean claimed,
        Instant seen) {

    /** Reading and writing, for the group and for all others. */
    private static final int USED_BY_OTHERS = 0_066;

    /**
     * A user with a group.
     *
     * @param uid the user's id
     * @param gid the group's id
     * @param user the user's name
     * @param group the group's name
     */
    public record Account(int uid, int gid, String user, String group) {
        public JsonObject json() {
            return new JsonObject()
                    .put("uid", Integer.toUnsignedLong(uid))
                    .put("gid", Integer.toUnsignedLong(gid))
                    .put("user", user)
                    .put("group", group);
        }
    }

    /**
     * The client that a birth certificate names.
     *
     * @param certificate the birth certificate in the queue
     * @param verdict whether the client is running
     */
    public record Client(BirthCertificate certificate, Verdict verdict) {
        public JsonObject json() {
            return new JsonObject()
                    .put("server", certificate.server().toString())
                    .put("pid", certificate.process().pid())
                    .put("verdict", word(verdict))
                    .put("evidence", verdict.evidence());
        }
    }

    /** Examines queues, and remembers names and processes from one to the next. */
    public static final class Finder {
        private final Accounts accounts;
        private final Processes processes = Processes.ofThisSystem();
        private final Coroner coroner = Coroner.of(_ -> true);
        private final RecentProcesses recent;
        private final int me = (int) Linux.host().geteuid();
        private final Instant now = Instant.now();

        public Finder(Accounts accounts) {
            this(accounts, new RecentProcesses());
        }

        /** Makes a finder that shares its list of processes with others. */
        public Finder(Accounts accounts, RecentProcesses recent) {
            this.accounts = accounts;
            this.recent = recent;
        }

        public ListedQueue of(QueueStatus status) {
            ListedQueue queue = new ListedQueue(
                    status,
                    ServerStatus.of(status, recent::waiters),
                    client(status),
                    account(status.ownerUid(), status.ownerGid()),
                    account(status.creatorUid(), status.creatorGid()),
                    processes.find(status.lastSender(), status.sent()),
                    processes.find(status.lastReceiver(), status.received()),
                    recent.waiters().in(status.id()),
                    recent.waiters().areSomeHidden() && mayBeUsedByOthers(status),
                    false,
                    now);
            // Listing all processes takes long and is rarely needed.
            return queue.client().isEmpty() && queue.usersAreGone() && queue.isClaimed(recent.get())
                    ? queue.withClaim()
                    : queue;
        }

        /** Root sees all that there is to see: some processes of the system hide their threads from it too. */
        private boolean mayBeUsedByOthers(QueueStatus status) {
            boolean ownAlone = status.ownerUid() == me
                    && status.creatorUid() == me
                    && (status.mode().bits() & USED_BY_OTHERS) == 0;
            return me != 0 && !ownAlone;
        }

        /** Reads the birth certificate by copying the first message of a private queue, which changes nothing. */
        private Optional<Client> client(QueueStatus status) {
            if (!status.isPrivate()) {
                return Optional.empty();
            }
            Coroner.Finding finding = coroner.examine(status);
            return finding.certificate().map(certificate -> new Client(certificate, finding.verdict()));
        }

        private Account account(int uid, int gid) {
            return new Account(uid, gid, accounts.user(uid), accounts.group(gid));
        }
    }

    /**
     * Returns the kind of the queue: server, left-over (of a server that was killed), client, orphan (of a client that was
     * killed), private or keyed.
     */
    public String kind() {
        if (client.isPresent()) {
            return client.get().verdict().isOrphan() ? "orphan" : "client";
        }
        return server.map(found -> switch (found.state()) {
                    case RUNNING, HIDDEN -> "server";
                    case LEFT_OVER -> "left-over";
                    case UNLOCKED -> found.process().isPresent() ? "server" : "left-over";
                })
                .orElse(status.isPrivate() ? "private" : "keyed");
    }

    /** Returns how full it is, by bytes or by messages, whichever is more: 1 is full. */
    public OptionalDouble fill() {
        return KernelLimit.fill(status);
    }

    /** Returns the time of its last use or change. */
    Instant touched() {
        return Stream.of(status.sent(), status.received(), Optional.of(status.changed()))
                .flatMap(Optional::stream)
                .max(Instant::compareTo)
                .orElseThrow();
    }

    public Duration idle() {
        Duration idle = Duration.between(touched(), seen);
        return idle.isNegative() ? Duration.ZERO : idle;
    }

    /**
     * Returns whether it looks leaked. If it has a birth certificate, that decides. Otherwise its last sender and receiver
     * must have exited, or, if it is private, its last receiver alone, since only its creator receives from a private queue.
     * In addition no process may sleep in it; and if a private queue has never been read, so that its creator is unknown,
     * there must be no process that may be its creator.
     */
    public boolean looksOrphaned() {
        return client.map(found -> found.verdict().isOrphan()).orElseGet(() -> usersAreGone() && !claimed);
    }

    /** Returns whether it is certain, and not only likely, that its owner is running or has exited. */
    public boolean isCertain() {
        return client.filter(found ->
                        !(found.verdict() instanceof Verdict.Unknown) && !(found.verdict() instanceof Verdict.Young))
                .isPresent();
    }

    private boolean usersAreGone() {
        boolean known = sender.isPresent() || receiver.isPresent();
        boolean allGone = Stream.of(sender, receiver).flatMap(Optional::stream).allMatch(ListedQueue::isGone);
        boolean readerGone =
                status.isPrivate() && receiver.filter(ListedQueue::isGone).isPresent();
        return (known && allGone) || readerGone;
    }

    private boolean isClaimed(ProcessTable processes) {
        boolean makerKnown = !status.isPrivate() || receiver.isPresent();
        return processes.mayWaitIn(status.id()).isPresent()
                || (!makerKnown
                        && new ClassicCoroner(processes, Set.of()).examine(this).sign()
                                != ClassicCoroner.Sign.ABANDONED);
    }

    private ListedQueue withClaim() {
        return new ListedQueue(
                status, server, client, owner, creator, sender, receiver, waiters, waitersHidden, true, seen);
    }

    private static boolean isGone(Processes.User process) {
        return process.state() == Processes.State.GONE;
    }

    public JsonObject json() {
        return new JsonObject()
                .put("id", status.id())
                .put("key", status.key().map(Object::toString))
                .put("kind", kind())
                .put("server", server.map(ListedQueue::json))
                .put("client", client.map(Client::json))
                .put("owner", owner.json())
                .put("creator", creator.json())
                .put("mode", status.mode().toString())
                .put("messages", status.messages())
                .put("bytes", status.bytes())
                .put("capacity", status.capacity())
                .put("fullPercent", fill().isPresent() ? Optional.of(percent(fill().getAsDouble())) : Optional.empty())
                .put("lastSender", sender.map(ListedQueue::json))
                .put("lastReceiver", receiver.map(ListedQueue::json))
                .put("waiters", waiters.stream().map(WaiterText::json).toList())
                .put("sent", status.sent())
                .put("received", status.received())
                .put("changed", status.changed())
                .put("idleSeconds", idle().toSeconds())
                .put("orphan", looksOrphaned())
                .put("certain", isCertain());
    }

    private static double percent(double fill) {
        return Math.round(fill * 1_000) / 10.0;
    }

    private static JsonObject json(ServerStatus server) {
        return new JsonObject().put("state", Words.word(server.state())).put("process", server.process());
    }

    private static JsonObject json(Processes.User process) {
        return new JsonObject()
                .put("reported", process.reported())
                .put("pid", process.pid())
                .put("program", process.program())
                .put("state", Words.word(process.state()));
    }

    /** Returns the word for a verdict. */
    static String word(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Alive _ -> "alive";
            case Verdict.Dead _ -> "dead";
            case Verdict.Embryo _ -> "embryo";
            case Verdict.Stranger _ -> "stranger";
            case Verdict.Unknown _, Verdict.Young _ -> "unknown";
        };
    }
}
