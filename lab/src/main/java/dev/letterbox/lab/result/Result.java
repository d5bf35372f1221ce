package dev.letterbox.lab.result;

import java.util.List;

/** What an experiment measured: a record whose components are the figures. */
public sealed interface Result
        permits DeadlockResult, MaliciousResult, LargeResult, CrashResult, LimitResult, CostResult {
    /**
     * Returns whether the effect that the experiment is about occurred.
     *
     * @return false if this machine behaved differently
     */
    boolean shown();

    /**
     * Describes what happened, step by step, in plain words. Every figure in the text is one of this record's, or is
     * computed from them.
     *
     * @return one or two sentences in each line; lines that begin with two spaces are details of the line before them, and an empty
     *     line separates the designs
     */
    List<String> story();
}
