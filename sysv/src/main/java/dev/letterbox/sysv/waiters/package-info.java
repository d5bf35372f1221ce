/**
 * Which threads of any program sleep in which queue, as {@code /proc} shows it: see
 * {@link dev.letterbox.sysv.waiters.Waiters}.
 */
@NullMarked
package dev.letterbox.sysv.waiters;

import org.jspecify.annotations.NullMarked;
