/** The command {@code doctor}: checks everything that message queues need here. */
@NullMarked
package dev.letterbox.cli.doctor;

import org.jspecify.annotations.NullMarked;
