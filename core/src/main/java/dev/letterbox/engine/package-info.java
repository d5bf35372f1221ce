/** The contract between this module and an engine: what carries messages, and the two ends of it. */
@NullMarked
package dev.letterbox.engine;

import org.jspecify.annotations.NullMarked;
