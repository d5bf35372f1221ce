/**
 * How a thread waits: by some tries, then by a sleep in the kernel that a deadline, an interrupt or a close can end.
 */
@NullMarked
package dev.letterbox.sysv.waiting;

import org.jspecify.annotations.NullMarked;
