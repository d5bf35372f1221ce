/** What goes wrong: with a request, as its client is told, and with the engine underneath. */
@NullMarked
package dev.letterbox.error;

import org.jspecify.annotations.NullMarked;
