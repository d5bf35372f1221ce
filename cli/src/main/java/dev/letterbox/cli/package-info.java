/**
 * The program itself: {@code letterbox} with all its commands, its manual pages, and what warms it up.
 *
 * <p>What is written goes to stdout, what is said goes to stderr; the exit status is 0, 1 on failure, 2 on wrong usage.
 */
@NullMarked
package dev.letterbox.cli;

import org.jspecify.annotations.NullMarked;
