/**
 * Servers and clients in the per-client-queue design.
 *
 * <p>A {@link dev.letterbox.server.Server} owns the well-known queue and answers each {@link dev.letterbox.Request} with the
 * {@link dev.letterbox.Content} that its {@link dev.letterbox.Service} gives, in the {@link dev.letterbox.dialect.Dialect} of
 * the client. A {@link dev.letterbox.client.Client} owns a private queue, sends its id as the return address, and reads the
 * response from there.
 */
@NullMarked
package dev.letterbox;

import org.jspecify.annotations.NullMarked;
