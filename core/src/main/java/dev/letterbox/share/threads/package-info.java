/** Threads where the system may give no more of them. */
@NullMarked
package dev.letterbox.share.threads;

import org.jspecify.annotations.NullMarked;
