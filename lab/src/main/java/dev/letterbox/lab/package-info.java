/**
 * Shows on the real kernel what becomes of a server and its clients that share one queue for requests and responses, and
 * what becomes of the same load where each client has a private queue.
 *
 * <p>{@link dev.letterbox.lab.Laboratory} runs an {@link dev.letterbox.lab.Experiment} with real processes, and gives
 * what it measured.
 */
@NullMarked
package dev.letterbox.lab;

import org.jspecify.annotations.NullMarked;
