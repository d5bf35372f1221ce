package dev.letterbox.queues.reaper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.letterbox.Timeout;
import dev.letterbox.client.Client;
import dev.letterbox.contract.TestServices;
import dev.letterbox.queues.QueueTransport;
import dev.letterbox.queues.reaper.Reaper.Fate;
import dev.letterbox.server.Server;
import dev.letterbox.sysv.Key;
import dev.letterbox.sysv.Message;
import dev.letterbox.sysv.MessageBuffer;
import dev.letterbox.sysv.MessageQueue;
import dev.letterbox.sysv.MessageQueues;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.Selector;
import dev.letterbox.sysv.life.LifeToken;
import dev.letterbox.sysv.linux.Linux;
import dev.letterbox.testkit.Await;
import dev.letterbox.testkit.Background;
import dev.letterbox.testkit.ChildProcess;
import dev.letterbox.testkit.Command;
import dev.letterbox.testkit.Deadline;
import dev.letterbox.testkit.Peers;
import dev.letterbox.testkit.Privileges;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which queues the reaper removes, when, and which never. */
final class ReaperTest {
    private static final int SCANS = 10_000;
    private static final int ME = (int) Linux.host().geteuid();
    private static final Key KEY = Key.free();

    /** Nobody has this number: it is above what the kernel gives out. */
    private static final int NOBODYS_PID = 5_000_000;

    private final AtomicLong nanos = new AtomicLong();
    private final List<Integer> endedSessions = new ArrayList<>();
    private final Reaper reaper = new Reaper(Coroner.of(ME), Reaper.BETWEEN_STRIKES, nanos::get, endedSessions::add);
    private final List<MessageQueue> made = new ArrayList<>();

    @AfterEach
    void remove() {
        for (MessageQueue queue : made) {
            if (MessageQueues.find(queue.id()).isPresent()) {
                queue.remove();
            }
        }
    }

    private MessageQueue queue() {
        MessageQueue queue = MessageQueue.createPrivate(Mode.OWNER);
        made.add(queue);
        return queue;
    }

    private MessageQueue clientOf(ProcessMark process, Optional<BirthCertificate.Token> token) {
        MessageQueue queue = queue();
        MessageBuffer message = MessageBuffer.fixed(BirthCertificate.BYTES);
        new BirthCertificate(process, KEY, token).encode(message);
        assertThat(queue.trySend(message)).isTrue();
        return queue;
    }

    private static ProcessMark self() {
        return ProcessMark.current().orElseThrow();
    }

    private static ProcessMark ended() {
        ProcessMark self = self();
        return new ProcessMark(NOBODYS_PID, 1, self.pidNamespace(), self.timeNamespace(), self.boot());
    }

    private static ProcessMark outOfSight() {
        ProcessMark self = self();
        return new ProcessMark(1, 1, self.pidNamespace() + 1, self.timeNamespace(), self.boot());
    }

    private static Optional<BirthCertificate.Token> goneToken() {
        LifeToken token = LifeToken.issue(ME).orElseThrow();
        token.close();
        return Optional.of(BirthCertificate.Token.of(token));
    }

    private static Verdict verdict(MessageQueue queue) {
        return Coroner.of(ME)
                .examine(MessageQueues.find(queue.id()).orElseThrow())
                .verdict();
    }

    private Fate scan(MessageQueue queue) {
        return reaper.scan().stream()
                .filter(each -> each.queue().id() == queue.id())
                .map(Reaper.Case::fate)
                .findFirst()
                .orElse(Fate.LEFT);
    }

    private static boolean exists(MessageQueue queue) {
        return MessageQueues.find(queue.id()).isPresent();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    // Who is dead

    @Test
    void eachOwnerIsFoundAsItIsAndTheEvidenceSaysByWhat() {
        try (LifeToken token = LifeToken.issue(ME).orElseThrow()) {
            Optional<BirthCertificate.Token> here = Optional.of(BirthCertificate.Token.of(token));
            Optional<BirthCertificate.Token> recycled =
                    Optional.of(new BirthCertificate.Token(token.id(), token.created() - 1));
            Optional<BirthCertificate.Token> none = Optional.empty();

            assertThat(verdict(clientOf(ended(), here)))
                    .as("a forked child has the token, or the number is not the one that it seems")
                    .isEqualTo(new Verdict.Alive("its life token, segment " + token.id() + ", still exists"));
            assertThat(verdict(clientOf(outOfSight(), here))).isInstanceOf(Verdict.Alive.class);
            assertThat(verdict(clientOf(ended(), recycled)))
                    .isEqualTo(new Verdict.Dead(
                            "its life token, segment " + token.id() + ", is gone, and process " + NOBODYS_PID
                                    + " has exited",
                            true));
            assertThat(verdict(clientOf(outOfSight(), goneToken())))
                    .isInstanceOfSatisfying(
                            Verdict.Dead.class,
                            dead -> assertThat(dead.twofold()).isFalse());
            assertThat(verdict(clientOf(self(), goneToken())))
                    .as("two signs that do not agree")
                    .isInstanceOfSatisfying(
                            Verdict.Unknown.class,
                            unknown -> assertThat(unknown.evidence()).contains("is gone, but process", "runs"));
            assertThat(verdict(clientOf(ended(), none)))
                    .isEqualTo(new Verdict.Dead("process " + NOBODYS_PID + " has exited", false));
            assertThat(verdict(clientOf(self(), none)))
                    .isEqualTo(new Verdict.Alive("process " + self().pid() + " runs"));
            assertThat(verdict(clientOf(outOfSight(), none))).isInstanceOf(Verdict.Unknown.class);
        }
    }

    /** As a client in a container, whose process is not to be seen from here: its token is the only sign. */
    @Test
    void theTokenOfAClientIsItsCreatorsWhoeverOwnsTheQueue() {
        try (LifeToken token = LifeToken.issue(Privileges.NOBODY).orElseThrow()) {
            MessageQueue queue = clientOf(outOfSight(), Optional.of(BirthCertificate.Token.of(token)));
            queue.setOwner(Privileges.NOBODY, Privileges.NOBODY);
            assertThat(Coroner.of(Privileges.NOBODY)
                            .examine(MessageQueues.find(queue.id()).orElseThrow())
                            .verdict())
                    .isInstanceOf(Verdict.Alive.class);
        }
    }

    @Test
    void aKilledProcessThatNobodyWaitedForHasEnded() {
        try (ChildProcess parent =
                Command.of("sh", "-c", "sleep 0 & echo $!; exec sleep infinity").start()) {
            int zombie = Integer.parseInt(parent.awaitLine("^(\\d+)$").group(1));
            ProcessMark self = self();
            Await.until(
                    "it has ended",
                    () -> new ProcessMark(zombie, 1, self.pidNamespace(), self.timeNamespace(), self.boot()).fate()
                            == ProcessMark.Fate.ENDED);
            assertThat(ProcessHandle.of(zombie)).isPresent();
        }
    }

    @Test
    void aQueueThatAnotherUserGaveAwayAndNeverUsedIsAnEmbryoAfterAMinute() {
        Privileges.assumeOtherUsers();
        MessageQueue queue = queue();
        QueueStatus now = MessageQueues.find(queue.id()).orElseThrow();
        // Made by another user: as the kernel would show it.
        QueueStatus given = new QueueStatus(
                now.id(),
                0,
                ME,
                0,
                Privileges.NOBODY,
                0,
                now.mode(),
                0,
                0,
                now.capacity(),
                0,
                0,
                now.sent(),
                now.received(),
                now.changed());
        Instant made = now.changed();
        assertThat(at(made.plusSeconds(59)).examine(given).verdict()).isInstanceOf(Verdict.Young.class);
        assertThat(at(made.plusSeconds(61)).examine(given).verdict())
                .isEqualTo(new Verdict.Embryo(
                        "given to uid " + Integer.toUnsignedString(ME) + " 61 s ago and never used"));
        assertThat(at(made.plusSeconds(1_000_000)).examine(now).verdict())
                .as("one of this user's own may be any program's")
                .isInstanceOf(Verdict.Stranger.class);
        assertThat(at(made.minusSeconds(1_000_000)).examine(given).verdict())
                .as("the clock was set back")
                .isInstanceOf(Verdict.Young.class);
    }

    @Test
    void onlyTheDeadAndEmbryosAreOrphansAndMoreEvidenceChangesNothingElse() {
        assertThat(new Verdict.Dead("it has ended", true).and("no permission"))
                .isEqualTo(new Verdict.Dead("it has ended; no permission", true));
        assertThat(new Verdict.Embryo("never used").and("no permission"))
                .isEqualTo(new Verdict.Embryo("never used; no permission"));
        assertThat(List.of(new Verdict.Dead("", false), new Verdict.Embryo(""))).allMatch(Verdict::isOrphan);
        assertThat(List.of(
                        new Verdict.Alive(""),
                        new Verdict.Young(""),
                        new Verdict.Stranger(""),
                        new Verdict.Unknown("")))
                .noneMatch(Verdict::isOrphan);
    }

    /** A client of the server's own user that was killed right after msgget. */
    @Test
    void aQueueOfThisUserThatWasNeverCompletedIsAnEmbryoAfterAMinute() {
        MessageQueue queue = MessageQueue.createPrivate(Mode.INCOMPLETE);
        try {
            QueueStatus begun = MessageQueues.find(queue.id()).orElseThrow();
            Instant made = begun.changed();
            assertThat(at(made.plusSeconds(59)).examine(begun).verdict()).isInstanceOf(Verdict.Young.class);
            assertThat(at(made.plusSeconds(61)).examine(begun).verdict())
                    .isEqualTo(new Verdict.Embryo(
                            "begun by uid " + Integer.toUnsignedString(ME) + " 61 s ago and never completed"));

            Reaper early = new Reaper(
                    at(made.plusSeconds(59)), Reaper.BETWEEN_STRIKES, System::nanoTime, Reaper.Sessions.NONE);
            assertThat(early.scan()).noneMatch(each -> each.fate() != Fate.LEFT);
            assertThat(early.hasSuspects()).as("it is looked at again").isTrue();

            // Any other program's that has such a mode has been used, or says nothing.
            queue.trySend(MessageBuffer.allocate().put(1, new byte[1]));
            assertThat(at(made.plusSeconds(61)).examine(queue.status()).verdict())
                    .isInstanceOf(Verdict.Stranger.class);
        } finally {
            queue.remove();
        }
    }

    /** Killed a moment later: it has a certificate, and is not complete. */
    @Test
    void aQueueThatWasNotCompletedIsKnownByItsCertificate() {
        MessageQueue queue = MessageQueue.createPrivate(Mode.INCOMPLETE);
        try {
            ProcessMark self = ProcessMark.current().orElseThrow();
            ProcessMark ended = new ProcessMark(NOBODYS_PID, 1, self.pidNamespace(), self.timeNamespace(), self.boot());
            MessageBuffer certificate = MessageBuffer.allocate();
            new BirthCertificate(ended, Key.of(1), Optional.empty()).encode(certificate);
            queue.trySend(certificate);
            assertThat(at(Instant.now()).examine(queue.status()).verdict()).isInstanceOf(Verdict.Dead.class);
        } finally {
            queue.remove();
        }
    }

    private static Coroner at(Instant now) {
        return new Coroner(queue -> queue.ownerUid() == ME, InstantSource.fixed(now));
    }

    // When it is removed

    @Test
    void anOrphanIsRemovedAtTheSecondLookAndNotBeforeFiveSeconds() {
        MessageQueue orphan = clientOf(ended(), goneToken());
        assertThat(scan(orphan)).isEqualTo(Fate.SUSPECTED);
        assertThat(reaper.hasSuspects()).isTrue();
        pass(Duration.ofMillis(4_999));
        assertThat(scan(orphan)).isEqualTo(Fate.SUSPECTED);
        assertThat(endedSessions).isEmpty();
        pass(Duration.ofMillis(1));
        assertThat(scan(orphan)).isEqualTo(Fate.REMOVED);
        assertThat(exists(orphan)).isFalse();
        assertThat(endedSessions).containsExactly(orphan.id());
        scan(orphan);
        assertThat(reaper.hasSuspects()).isFalse();
    }

    /** Whoever knows that a client has just ended saves it one look. */
    @Test
    void anOwnerThatIsKnownToHaveEndedIsLookedAtOnceMoreOnly() {
        MessageQueue orphan = clientOf(ended(), goneToken());
        MessageQueue living = clientOf(self(), Optional.empty());
        reaper.strike(living.id());
        reaper.strike(Integer.MAX_VALUE);
        assertThat(reaper.hasSuspects()).isFalse();
        reaper.strike(orphan.id());
        assertThat(reaper.hasSuspects()).as("or nobody would look").isTrue();
        pass(Duration.ofSeconds(5));
        assertThat(scan(orphan)).isEqualTo(Fate.REMOVED);
        assertThat(exists(living)).isTrue();
    }

    @Test
    void whatMovedBetweenTwoLooksBeginsAnew() throws InterruptedException {
        MessageQueue orphan = clientOf(ended(), goneToken());
        assertThat(scan(orphan)).isEqualTo(Fate.SUSPECTED);
        orphan.send(new Message(1, new byte[1]));
        pass(Duration.ofSeconds(6));
        assertThat(scan(orphan)).isEqualTo(Fate.SUSPECTED);
        pass(Duration.ofSeconds(4));
        assertThat(scan(orphan)).isEqualTo(Fate.SUSPECTED);
        pass(Duration.ofSeconds(1));
        assertThat(scan(orphan)).isEqualTo(Fate.REMOVED);
    }

    /** Two looks in a row have to agree. */
    @Test
    void whatALookInBetweenDidNotFindDeadIsSuspectedAnew() {
        AtomicBoolean seen = new AtomicBoolean(true);
        Reaper doubting = new Reaper(
                Coroner.of(queue -> queue.ownerUid() == ME && seen.get()),
                Reaper.BETWEEN_STRIKES,
                nanos::get,
                endedSessions::add);
        MessageQueue orphan = clientOf(ended(), goneToken());
        doubting.scan();
        seen.set(false);
        doubting.scan();
        seen.set(true);
        pass(Duration.ofSeconds(6));
        doubting.scan();
        assertThat(exists(orphan)).isTrue();
        pass(Duration.ofSeconds(6));
        doubting.scan();
        assertThat(exists(orphan)).isFalse();
    }

    @Test
    void aLookWithoutActingRemovesNothing() {
        MessageQueue orphan = clientOf(ended(), goneToken());
        for (int look = 0; look < 3; look++) {
            reaper.inspect();
            pass(Duration.ofMinutes(1));
        }
        assertThat(reaper.inspect())
                .filteredOn(each -> each.queue().id() == orphan.id())
                .extracting(Reaper.Case::fate)
                .containsExactly(Fate.CONDEMNED);
        assertThat(exists(orphan)).isTrue();
        assertThat(endedSessions).isEmpty();
    }

    @Test
    void aQueueThatIsUsedInTheLastMomentStays() {
        MessageQueue orphan = clientOf(ended(), goneToken());
        Reaper late = new Reaper(Coroner.of(ME), Duration.ZERO, nanos::get, id -> {
            MessageBuffer message = MessageBuffer.allocate();
            assertThat(MessageQueue.ofId(id).tryReceive(message, Selector.any()))
                    .isTrue();
        });
        late.scan();
        assertThat(late.scan()).noneMatch(each -> each.fate() == Fate.REMOVED);
        assertThat(exists(orphan)).isTrue();
    }

    // When there is doubt

    @Test
    void whereMostClientsSeemDeadAtOnceByOneSignNoneIsRemoved() {
        List<MessageQueue> orphans = new ArrayList<>();
        for (int count = 0; count < 11; count++) {
            orphans.add(clientOf(outOfSight(), goneToken()));
        }
        reaper.scan();
        pass(Duration.ofSeconds(5));
        for (int again = 0; again < 3; again++) {
            assertThat(orphans).allSatisfy(orphan -> assertThat(scan(orphan)).isEqualTo(Fate.HELD));
            pass(Duration.ofSeconds(5));
        }
        assertThat(reaper.hasSuspects()).as("it does not look again and again").isFalse();

        // Ten are not so many.
        orphans.getLast().remove();
        assertThat(reaper.scan().stream().filter(each -> each.fate() == Fate.REMOVED))
                .hasSize(10);
    }

    /** An operator looks at the clients of all users at once. */
    @Test
    void theLivingOfAnotherUserDoNotMakeTheSignBetter() {
        Privileges.assumeRoot();
        Reaper operator = new Reaper(Coroner.of(_ -> true), Duration.ZERO, nanos::get, Reaper.Sessions.NONE);
        try (LifeToken token = LifeToken.issue(ME).orElseThrow()) {
            for (int count = 0; count < 12; count++) {
                clientOf(self(), Optional.of(BirthCertificate.Token.of(token)));
            }
            List<Integer> orphans = new ArrayList<>();
            for (int count = 0; count < 11; count++) {
                MessageQueue orphan = clientOf(outOfSight(), goneToken());
                orphan.setOwner(Privileges.NOBODY, Privileges.NOBODY);
                orphans.add(orphan.id());
            }
            int own = clientOf(outOfSight(), goneToken()).id();
            operator.inspect();
            List<Reaper.Case> found = operator.inspect();
            assertThat(found)
                    .filteredOn(each -> orphans.contains(each.queue().id()))
                    .hasSize(11)
                    .allMatch(each -> each.fate() == Fate.HELD);
            assertThat(found)
                    .filteredOn(each -> each.queue().id() == own)
                    .as("nor do the dead of another user make it worse")
                    .extracting(Reaper.Case::fate)
                    .containsExactly(Fate.CONDEMNED);
        }
    }

    /** They are clients as well, though they could not say so. */
    @Test
    void embryosCountAmongTheClientsOfWhichMostSeemDead() {
        List<Integer> embryos = new ArrayList<>();
        for (int count = 0; count < 11; count++) {
            MessageQueue embryo = MessageQueue.createPrivate(Mode.INCOMPLETE);
            made.add(embryo);
            embryos.add(embryo.id());
        }
        for (int count = 0; count < 11; count++) {
            clientOf(self(), Optional.empty());
        }
        Reaper later = new Reaper(
                at(Instant.now().plus(Duration.ofMinutes(2))), Duration.ZERO, nanos::get, Reaper.Sessions.NONE);
        later.inspect();
        assertThat(later.inspect())
                .filteredOn(each -> embryos.contains(each.queue().id()))
                .as("half of them is not most")
                .hasSize(11)
                .allMatch(each -> each.fate() == Fate.CONDEMNED);

        made.removeLast().remove();
        assertThat(later.inspect())
                .filteredOn(each -> embryos.contains(each.queue().id()))
                .hasSize(11)
                .allMatch(each -> each.fate() == Fate.HELD);
    }

    @Test
    void whatIsHeldIsRemovedForWhoeverAsksForItAndNothingElse() {
        List<Integer> orphans = new ArrayList<>();
        for (int count = 0; count < 11; count++) {
            orphans.add(clientOf(outOfSight(), goneToken()).id());
        }
        List<Reaper.Case> first = reaper.inspect();
        assertThat(first)
                .isNotEmpty()
                .allSatisfy(each ->
                        assertThatThrownBy(() -> reaper.remove(each)).isInstanceOf(IllegalArgumentException.class));
        pass(Duration.ofSeconds(5));
        List<Reaper.Case> held = reaper.inspect().stream()
                .filter(each -> orphans.contains(each.queue().id()))
                .toList();
        assertThat(held).hasSize(11).allMatch(each -> each.fate() == Fate.HELD);
        assertThat(reaper.remove(held.getFirst()).fate()).isEqualTo(Fate.REMOVED);
        assertThat(reaper.remove(held.getFirst()).fate()).isEqualTo(Fate.GONE);
        assertThat(orphans.stream().filter(id -> MessageQueues.find(id).isPresent()))
                .hasSize(10);
    }

    @Test
    void whereMoreLiveThanDieNothingIsInDoubt() {
        try (LifeToken token = LifeToken.issue(ME).orElseThrow()) {
            for (int count = 0; count < 12; count++) {
                clientOf(self(), Optional.of(BirthCertificate.Token.of(token)));
            }
            List<MessageQueue> orphans = new ArrayList<>();
            for (int count = 0; count < 12; count++) {
                orphans.add(clientOf(outOfSight(), goneToken()));
            }
            reaper.scan();
            pass(Duration.ofSeconds(5));
            reaper.scan();
            assertThat(orphans).noneMatch(ReaperTest::exists);
        }
    }

    @Test
    void whereTwoSignsAgreeAllAreRemovedHoweverMany() {
        List<MessageQueue> orphans = new ArrayList<>();
        for (int count = 0; count < 30; count++) {
            orphans.add(clientOf(ended(), goneToken()));
        }
        reaper.scan();
        pass(Duration.ofSeconds(5));
        reaper.scan();
        assertThat(orphans).noneMatch(ReaperTest::exists);
    }

    // Who is never touched

    @Test
    void inTenThousandScansNoneOfTheLivingAndNoStrangersQueueIsRemoved() throws Exception {
        Map<String, Integer> decoys = new HashMap<>();
        Key key = Key.free();
        TestServices.Gated gated = new TestServices.Gated();
        Reaper hasty = new Reaper(Coroner.of(ME), Duration.ZERO, nanos::get, endedSessions::add);
        try (Server server = Server.on(new QueueTransport(key))
                        .service("gated", gated)
                        .start();
                Client idle = Client.connect(new QueueTransport(key));
                Client waiting = Client.connect(new QueueTransport(key));
                ChildProcess stopped = alive(key, "").start();
                ChildProcess parent = alive(key, "-f").start();
                ChildProcess other = alive(key, "-x").start();
                Background<byte[]> receiver = Background.start(
                        "sleeps in a thread",
                        () -> waiting.collect("gated", new byte[1], 1, Timeout.ofTotal(Duration.ofHours(1))))) {
            strangers(decoys);
            decoys.put("a server", server.queueId());
            decoys.put("a stopped client", queueOf(stopped));
            decoys.put("a client with a forked child", queueOf(parent));
            // Its token went with its memory; its process did not.
            decoys.put("a client that executes another program", queueOf(other));
            Await.until(
                    "it does",
                    () -> Command.of("cat", "/proc/" + other.pid() + "/comm")
                            .run()
                            .text()
                            .startsWith("sleep"));
            ownQueues(key).forEach(queue -> decoys.put("a client in this process, queue " + queue, queue));
            gated.reached.await();
            stopped.signal("STOP");
            try (Contained contained = Contained.start(key)) {
                contained.queue().ifPresent(queue -> decoys.put("a client in another pid namespace", queue));
                assertThat(decoys).hasSizeGreaterThanOrEqualTo(13);

                long began = System.nanoTime();
                for (int scan = 0; scan < SCANS; scan++) {
                    nanos.incrementAndGet();
                    assertThat(hasty.scan()).noneMatch(each -> each.fate() == Fate.REMOVED);
                }
                System.out.printf(
                        "measured: %d scans of %d queues, %.0f us each%n",
                        SCANS, decoys.size(), (System.nanoTime() - began) / 1e3 / SCANS);
                assertThat(decoys)
                        .allSatisfy((what, queue) ->
                                assertThat(MessageQueues.find(queue)).as(what).isPresent());
            }
            gated.gate.countDown();
            assertThat(receiver.result(Deadline.PATIENCE)).hasSize(1);
            assertThat(idle.collect("gated", new byte[2], 2, Timeout.ofTotal(Deadline.PATIENCE)))
                    .hasSize(2);
        }
        // Now all of them have ended, and each that was killed has left its queue.
        Await.until("those that were killed are removed", () -> {
            hasty.scan();
            return MessageQueues.list().stream()
                    .filter(QueueStatus::isPrivate)
                    .noneMatch(queue -> BirthCertificate.read(queue.id())
                            .filter(certificate -> certificate.server().equals(key))
                            .isPresent());
        });
    }

    private void strangers(Map<String, Integer> decoys) throws InterruptedException {
        decoys.put("a private queue that nobody used", queue().id());
        MessageQueue used = queue();
        used.send(new Message(1, new byte[10]));
        decoys.put("a private queue with a message", used.id());
        used = queue();
        used.send(new Message(1, new byte[10]));
        used.receive(Selector.any());
        decoys.put("a private queue that was used and is empty", used.id());
        MessageQueue forged = queue();
        forged.send(new Message(BirthCertificate.TYPE, new byte[BirthCertificate.BYTES]));
        decoys.put("a queue with a certificate that is none", forged.id());
        MessageQueue second = queue();
        second.send(new Message(1, new byte[0]));
        MessageBuffer certificate = MessageBuffer.fixed(BirthCertificate.BYTES);
        new BirthCertificate(ended(), KEY, goneToken()).encode(certificate);
        second.send(certificate);
        decoys.put("a queue with a certificate as its second message", second.id());
        MessageQueue open = clientOf(ended(), goneToken());
        open.setMode(Mode.of(0_622));
        decoys.put("a queue with a dead client's certificate and a C client's mode", open.id());
        if (Privileges.isRoot()) {
            MessageQueue others = clientOf(ended(), goneToken());
            others.setOwner(Privileges.NOBODY, Privileges.NOBODY);
            decoys.put("a queue with a dead client's certificate that is another user's", others.id());
        }
    }

    private static List<Integer> ownQueues(Key key) {
        return MessageQueues.list().stream()
                .filter(QueueStatus::isPrivate)
                .map(QueueStatus::id)
                .filter(id -> BirthCertificate.read(id)
                        .filter(certificate -> certificate.server().equals(key))
                        .filter(certificate -> certificate.process().pid() == self().pid())
                        .isPresent())
                .toList();
    }

    private static Command alive(Key key, String option) {
        return option.isEmpty()
                ? Command.of(Peers.program("alive"), "-k", key.toString())
                : Command.of(Peers.program("alive"), "-k", key.toString(), option);
    }

    private static int queueOf(ChildProcess alive) {
        return Integer.parseInt(alive.awaitLine("queue (\\d+) token").group(1));
    }

    /** Is a client in a pid namespace of its own, where that is allowed. */
    private record Contained(Optional<ChildProcess> process) implements AutoCloseable {
        static Contained start(Key key) {
            return new Contained(
                    Privileges.isRoot()
                            ? Optional.of(Command.of(
                                            "unshare",
                                            "--pid",
                                            "--fork",
                                            Peers.program("alive").toString(),
                                            "-k",
                                            key.toString())
                                    .start())
                            : Optional.empty());
        }

        Optional<Integer> queue() {
            return process.map(ReaperTest::queueOf);
        }

        @Override
        public void close() {
            process.ifPresent(ChildProcess::close);
        }
    }

    /** Between the second look and the removal a client may have been found, or have said that it lives. */
    @Test
    void whatTheThirdLookFindsAliveStaysWhateverTheSecondFound() {
        MessageQueue living = clientOf(self(), Optional.empty());
        QueueStatus queue = MessageQueues.find(living.id()).orElseThrow();
        Coroner.Finding finding = Coroner.of(ME).examine(queue);
        assertThat(finding.verdict()).isInstanceOf(Verdict.Alive.class);
        for (Fate due : new Fate[] {Fate.CONDEMNED, Fate.HELD}) {
            Reaper.Case last = reaper.remove(
                    new Reaper.Case(queue, finding.certificate(), new Verdict.Dead("it seemed dead", true), due));
            assertThat(last.fate()).isEqualTo(Fate.LEFT);
            assertThat(last.verdict()).isInstanceOf(Verdict.Alive.class);
            assertThat(exists(living)).isTrue();
        }
    }

    @Test
    void whatHasAnotherCertificateOrWasUsedSinceTheSecondLookStays() throws InterruptedException {
        MessageQueue dead = clientOf(ended(), Optional.empty());
        QueueStatus queue = MessageQueues.find(dead.id()).orElseThrow();
        Coroner.Finding finding = Coroner.of(ME).examine(queue);
        Verdict verdict = finding.verdict();
        assertThat(verdict.isOrphan()).isTrue();

        Reaper.Case another = new Reaper.Case(queue, Optional.empty(), verdict, Fate.CONDEMNED);
        assertThat(reaper.remove(another).fate()).isEqualTo(Fate.GONE);
        assertThat(exists(dead)).isTrue();

        dead.send(new Message(1, new byte[1]));
        Reaper.Case used = new Reaper.Case(queue, finding.certificate(), verdict, Fate.CONDEMNED);
        assertThat(reaper.remove(used).fate()).isEqualTo(Fate.GONE);
        assertThat(exists(dead)).isTrue();
        assertThat(endedSessions).containsExactly(dead.id(), dead.id());
    }
}
