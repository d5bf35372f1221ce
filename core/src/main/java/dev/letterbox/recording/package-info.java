/** What the flight recorder is told of requests. */
@NullMarked
package dev.letterbox.recording;

import org.jspecify.annotations.NullMarked;
