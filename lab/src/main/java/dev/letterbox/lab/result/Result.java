package dev.letterbox.lab.result;

import java.util.List;

/** Is what an experiment measured: a record, whose components are the figures. */
public sealed interface Result
        permits DeadlockResult, MaliciousResult, LargeResult, CrashResult, LimitResult, CostResult {
    /**
     * Tells whether the effect occurred that the experiment is about.
     *
     * @return false where this machine behaved otherwise
     */
    boolean shown();

    /**
     * Tells what happened, step by step, in plain words.
     *
     * @return one sentence or two in each
     */
    List<String> story();
}
