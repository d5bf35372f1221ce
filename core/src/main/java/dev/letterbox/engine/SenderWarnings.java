package dev.letterbox.engine;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Logs what is wrong with messages, once for each sender and period, so that one that floods the log does not hide
 * another. Beyond {@value #SENDERS} senders in a period all others count as one.
 */
public final class SenderWarnings {
    private static final int SENDERS = 16;

    private final System.Logger log;
    private final Map<Sender, PeriodicWarning> bySender = new HashMap<>();
    private final PeriodicWarning others;

    /**
     * Creates warnings that were never given yet.
     *
     * @param log where they go
     */
    public SenderWarnings(System.Logger log) {
        this.log = log;
        this.others = new PeriodicWarning(log);
    }

    /**
     * Logs a text, with the sender at its end.
     *
     * @param sender who sent last; empty if the engine cannot tell
     * @param text sentences
     */
    public void warn(Optional<? extends Sender> sender, String text) {
        if (sender.isPresent()) {
            // Asked for only if it is logged: the answer takes files of /proc.
            of(sender.get())
                    .warn(() -> text + " Last to send was " + sender.get().describe() + ".");
        } else {
            others.warn(text);
        }
    }

    private synchronized PeriodicWarning of(Sender sender) {
        if (bySender.size() == SENDERS && !bySender.containsKey(sender)) {
            bySender.values().removeIf(PeriodicWarning::isDue);
        }
        return bySender.size() < SENDERS || bySender.containsKey(sender)
                ? bySender.computeIfAbsent(sender, _ -> new PeriodicWarning(log))
                : others;
    }
}
