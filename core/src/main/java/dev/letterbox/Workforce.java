package dev.letterbox;

/** Answers requests: in threads of this process, or in processes of their own. */
interface Workforce {
    /**
     * Has a request answered.
     *
     * @param whenOver is run at the end, whatever happened
     * @return the work, not begun
     */
    Work take(Job job, Runnable whenOver);

    /**
     * Begins what was {@linkplain #take taken}.
     *
     * @param receiver the calling thread, which may be used for what is quick
     */
    void begin(Work work, Reception.Receiver receiver);

    /** How many requests are being answered. */
    int atWork();

    /** Waits until those who are at work now have ended, or a moment of {@link System#nanoTime} has come. */
    void await(long deadline) throws InterruptedException;

    /** Ends those at work before their time: their clients get FAILURE. */
    void abort();

    /** Lets go of all that waits for work. */
    void end();
}
