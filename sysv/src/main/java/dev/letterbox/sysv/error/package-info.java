/**
 * The ways in which a call on a message queue fails: {@link dev.letterbox.sysv.error.QueueException} and one type for each
 * condition.
 */
@NullMarked
package dev.letterbox.sysv.error;

import org.jspecify.annotations.NullMarked;
