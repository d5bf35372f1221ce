/** The engine on the kernel's message queues: the well-known queue with its lock, and the clients' private queues. */
@NullMarked
package dev.letterbox.queues;

import org.jspecify.annotations.NullMarked;
