package dev.letterbox.queues.reaper;

/** What is known of the owner of a private queue, with the evidence in words. Only the dead leave an orphan. */
public sealed interface Verdict {
    /**
     * Tells what it rests on.
     *
     * @return a clause for people, as in {@code process 4711 runs}
     */
    String evidence();

    /**
     * Returns whether the queue is an orphan, to be removed when a second look says so too.
     *
     * @return true for an {@link Orphan} alone
     */
    default boolean isOrphan() {
        return this instanceof Orphan;
    }

    /** Says that nobody will use the queue any more. */
    sealed interface Orphan extends Verdict {
        /**
         * Returns the same verdict with more evidence.
         *
         * @param more a clause for people
         * @return the verdict
         */
        Orphan and(String more);
    }

    /**
     * Says that the owner lives.
     *
     * @param evidence by what that is seen
     */
    record Alive(String evidence) implements Verdict {}

    /**
     * Says that the owner has ended.
     *
     * @param evidence by what that is seen
     * @param twofold whether two signs that know nothing of each other say so
     */
    record Dead(String evidence, boolean twofold) implements Orphan {
        @Override
        public Dead and(String more) {
            return new Dead(evidence + "; " + more, twofold);
        }
    }

    /**
     * Says that a client made the queue for a server's user and ended before it could say who it was.
     *
     * @param evidence by what that is seen
     */
    record Embryo(String evidence) implements Orphan {
        @Override
        public Embryo and(String more) {
            return new Embryo(evidence + "; " + more);
        }
    }

    /**
     * Says that a client may be about to say who it is. If it does not, it left an {@link Embryo}.
     *
     * @param evidence by what that is seen
     */
    record Young(String evidence) implements Verdict {}

    /**
     * Says that the queue is no Letterbox client's, or not one to look at, whoever lives.
     *
     * @param evidence by what that is seen
     */
    record Stranger(String evidence) implements Verdict {}

    /**
     * Says that nobody can tell; so the owner counts as one that lives.
     *
     * @param evidence what is missing
     */
    record Unknown(String evidence) implements Verdict {}
}
