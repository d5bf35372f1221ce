/** The commands about queues and the messages in them. */
@NullMarked
package dev.letterbox.cli.queues;

import org.jspecify.annotations.NullMarked;
