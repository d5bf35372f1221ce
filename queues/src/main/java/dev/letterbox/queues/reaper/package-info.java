/** Whose a private queue is, whether that process still lives, and the removal of queues whose owners are dead. */
@NullMarked
package dev.letterbox.queues.reaper;

import org.jspecify.annotations.NullMarked;
