/** Asking: a client sends requests and receives their answers, for any number of threads. */
@NullMarked
package dev.letterbox.client;

import org.jspecify.annotations.NullMarked;
