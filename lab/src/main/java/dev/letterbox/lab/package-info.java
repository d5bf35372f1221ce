/**
 * The laboratory: opens, runs experiments and closes. Each experiment runs a server and clients as processes on the real
 * kernel, once with one queue for requests and responses, and once with a private queue for each client.
 */
@NullMarked
package dev.letterbox.lab;

import org.jspecify.annotations.NullMarked;
