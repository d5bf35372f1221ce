/** Serving: a server receives requests, hands each to its service, and sends the answer as its client takes it. */
@NullMarked
package dev.letterbox.server;

import org.jspecify.annotations.NullMarked;
