package dev.letterbox.engine;

/**
 * Tells an engine what became of a request. An engine that keeps requests until they are settled gives those of a server
 * that was killed to another one; one that forgets them at receipt, as the kernel's queues do, needs none of this. Callable
 * by any thread; the first call counts.
 */
public interface Settlement {
    /** For engines that forget a request when it is received. */
    Settlement AT_RECEIPT = new Settlement() {
        @Override
        public void answered(Route.ToClient client) {}

        @Override
        public void discard() {}

        @Override
        public boolean giveBack() {
            return false;
        }
    };

    /**
     * The first message of the answer was sent: the engine forgets the request as soon as that message can no longer be
     * refused.
     *
     * @param client the route that took it
     */
    void answered(Route.ToClient client);

    /** There will be no answer: the engine forgets the request. */
    void discard();

    /**
     * Returns the request to the engine, for another server.
     *
     * @return false if the engine cannot do that: the client has to be answered here
     */
    boolean giveBack();
}
