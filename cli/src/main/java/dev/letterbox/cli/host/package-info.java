/** What this machine has: queues with their owners, processes, users, and the kernel's limits. */
@NullMarked
package dev.letterbox.cli.host;

import org.jspecify.annotations.NullMarked;
