package dev.letterbox.fuzz;

/** Fails without the cost of an assertion's description: a target runs a million times in seconds. */
public final class Check {
    private Check() {}

    /** Fails if it does not hold. */
    public static void that(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("Wrong: " + what);
        }
    }
}
