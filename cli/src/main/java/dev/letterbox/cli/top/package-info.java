/** The commands {@code top} and {@code metrics}: what a server does, and how its queues fill. */
@NullMarked
package dev.letterbox.cli.top;

import org.jspecify.annotations.NullMarked;
