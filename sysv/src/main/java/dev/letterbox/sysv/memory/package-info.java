/**
 * Memory that two processes share: System V segments that go away with those who use them.
 */
@NullMarked
package dev.letterbox.sysv.memory;

import org.jspecify.annotations.NullMarked;
