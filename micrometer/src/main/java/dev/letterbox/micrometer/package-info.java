/** Meters of a server and of the machine's queues, for Micrometer. */
@NullMarked
package dev.letterbox.micrometer;

import org.jspecify.annotations.NullMarked;
