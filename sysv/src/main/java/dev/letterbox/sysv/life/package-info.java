/**
 * What shows that a process lives: locks, life tokens and bells that the kernel releases when their process ends.
 */
@NullMarked
package dev.letterbox.sysv.life;

import org.jspecify.annotations.NullMarked;
