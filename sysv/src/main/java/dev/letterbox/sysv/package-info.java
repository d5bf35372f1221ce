/**
 * System V message queues, typed.
 *
 * <p>Start with {@link dev.letterbox.sysv.MessageQueue}: it opens or makes a queue and sends and receives, at once, with
 * a deadline, or as long as it takes. {@link dev.letterbox.sysv.OwnedQueue} is a queue that goes away when it is closed.
 * {@link dev.letterbox.sysv.MessageQueues} lists all queues of the machine, their limits and their use. Failures are
 * {@link dev.letterbox.sysv.error.QueueException}s, one type for each condition.
 */
@NullMarked
package dev.letterbox.sysv;

import org.jspecify.annotations.NullMarked;
