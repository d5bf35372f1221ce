package dev.letterbox.queues.reaper;

import dev.letterbox.queues.reaper.ProcessMark.Fate;
import dev.letterbox.sysv.Mode;
import dev.letterbox.sysv.QueueStatus;
import dev.letterbox.sysv.error.QueueException;
import dev.letterbox.sysv.life.LifeToken;
import dev.letterbox.sysv.life.LifeToken.Sight;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds out whether the owner of a private queue is dead, by its birth certificate, and says by what. In doubt it lives.
 * This class is safe for use by any number of threads.
 */
public final class Coroner {
    /** A client says who it is some microseconds after it made its queue. */
    static final Duration INFANCY = Duration.ofSeconds(60);

    private final Predicate<QueueStatus> ours;
    private final InstantSource clock;

    /**
     * Makes one.
     *
     * @param ours which private queues it looks at; all others are strangers'
     * @param clock tells the time of day
     */
    public Coroner(Predicate<QueueStatus> ours, InstantSource clock) {
        this.ours = ours;
        this.clock = clock;
    }

    /**
     * Makes one that looks at the queues that clients gave to a user.
     *
     * @param user the user
     * @return the coroner
     */
    public static Coroner of(int user) {
        return of(queue -> queue.ownerUid() == user);
    }

    /**
     * Makes one that looks at some queues, whoever they were given to: for an operator.
     *
     * @param ours which private queues it looks at; all others are strangers'
     * @return the coroner
     */
    public static Coroner of(Predicate<QueueStatus> ours) {
        return new Coroner(ours, InstantSource.system());
    }

    /**
     * Reads whose queue it is.
     *
     * @param queue the queue
     * @return its certificate; empty if it has none, or may not be read
     */
    public Optional<BirthCertificate> certificate(QueueStatus queue) {
        try {
            return BirthCertificate.read(queue.id());
        } catch (QueueException goneOrClosed) {
            return Optional.empty();
        }
    }

    /**
     * What was found out about a queue.
     *
     * @param certificate whose it is; empty if it does not say
     * @param verdict what is known of its owner
     */
    public record Finding(Optional<BirthCertificate> certificate, Verdict verdict) {
        static Finding without(Verdict verdict) {
            return new Finding(Optional.empty(), verdict);
        }
    }

    /**
     * Examines a queue.
     *
     * @param queue as it is now
     * @return the finding
     */
    public Finding examine(QueueStatus queue) {
        if (!queue.isPrivate()) {
            return Finding.without(new Verdict.Stranger("it has a key"));
        }
        if (!ours.test(queue)) {
            return Finding.without(
                    new Verdict.Stranger("it belongs to uid " + Integer.toUnsignedString(queue.ownerUid())));
        }
        boolean complete = !queue.mode().equals(Mode.INCOMPLETE);
        if (complete && !queue.mode().equals(Mode.OWNER)) {
            return Finding.without(new Verdict.Stranger("its mode is " + queue.mode() + ", and a client's 0600"));
        }
        try {
            Optional<BirthCertificate> certificate = BirthCertificate.read(queue.id());
            return new Finding(
                    certificate,
                    certificate
                            .map(found -> examine(found, queue.creatorUid()))
                            .orElseGet(() -> withoutCertificate(queue, complete)));
        } catch (QueueException goneOrClosed) {
            return Finding.without(new Verdict.Unknown("it cannot be read: " + goneOrClosed.getMessage()));
        }
    }

    private Verdict withoutCertificate(QueueStatus queue, boolean complete) {
        boolean neverUsed = queue.messages() == 0
                && queue.sent().isEmpty()
                && queue.received().isEmpty();
        if (!neverUsed) {
            return new Verdict.Stranger("it has no birth certificate");
        }
        // Any program of this user's own may keep a queue that it has not used yet; nobody gives one away by chance.
        if (complete && queue.creatorUid() == queue.ownerUid()) {
            return new Verdict.Stranger("it was never used, and was not given away");
        }
        Duration age = Duration.between(queue.changed(), clock.instant());
        return age.compareTo(INFANCY) > 0
                ? new Verdict.Embryo((complete
                                ? "given to uid %s %d s ago and never used"
                                : "begun by uid %s %d s ago and never completed")
                        .formatted(Integer.toUnsignedString(queue.ownerUid()), age.toSeconds()))
                : new Verdict.Young("it was made just now");
    }

    /**
     * Examines the process that a certificate names.
     *
     * @param certificate the certificate
     * @param creatorUid who made the queue that it was found in
     * @return the verdict
     */
    public Verdict examine(BirthCertificate certificate, int creatorUid) {
        Optional<BirthCertificate.Token> token = certificate.token();
        if (token.isPresent()) {
            int id = token.get().id();
            Sight sight = LifeToken.look(id, creatorUid, token.get().created());
            if (sight == Sight.HERE) {
                return new Verdict.Alive("its life token, segment " + id + ", still exists");
            }
            if (sight == Sight.GONE) {
                return withoutToken(certificate.process(), "its life token, segment " + id + ", is gone");
            }
        }
        return byProcess(certificate.process());
    }

    private static Verdict withoutToken(ProcessMark process, String gone) {
        return switch (process.fate()) {
            case ENDED -> new Verdict.Dead(gone + ", and " + name(process) + " has exited", true);
            // It may be on its way, or execute another program by now.
            case RUNS -> new Verdict.Unknown(gone + ", but " + name(process) + " runs");
            case UNKNOWN -> new Verdict.Dead(gone, false);
        };
    }

    private static Verdict byProcess(ProcessMark process) {
        Fate fate = process.fate();
        return switch (fate) {
            case ENDED -> new Verdict.Dead(name(process) + " has exited", false);
            case RUNS -> new Verdict.Alive(name(process) + " runs");
            case UNKNOWN -> new Verdict.Unknown("it has no life token, and its process is invisible from here");
        };
    }

    private static String name(ProcessMark process) {
        return "process " + process.pid();
    }
}
