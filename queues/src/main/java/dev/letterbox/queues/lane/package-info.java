/** Lanes in shared memory: the content of long answers, beside the messages of a private queue. */
@NullMarked
package dev.letterbox.queues.lane;

import org.jspecify.annotations.NullMarked;
