/** The bytes of the session dialect. Engines see them, users do not. */
@NullMarked
package dev.letterbox.wire;

import org.jspecify.annotations.NullMarked;
