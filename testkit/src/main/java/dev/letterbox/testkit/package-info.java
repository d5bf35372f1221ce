/**
 * Helps tests that run against the real kernel.
 *
 * <p>{@link dev.letterbox.testkit.Command} and {@link dev.letterbox.testkit.ChildProcess} run programs,
 * {@link dev.letterbox.testkit.Await} and {@link dev.letterbox.testkit.Proc} wait for what the kernel shows instead
 * of sleeping, and {@link dev.letterbox.testkit.LeakGuard} fails whatever leaves something behind.
 */
@NullMarked
package dev.letterbox.testkit;

import org.jspecify.annotations.NullMarked;
