/**
 * What a server did, counted and timed.
 *
 * <p>{@link dev.letterbox.metrics.Metrics} observes a server and is a service that tells what it saw: a
 * {@link dev.letterbox.metrics.Snapshot}. {@link dev.letterbox.metrics.MetricsFile} writes the same for Prometheus.
 */
@NullMarked
package dev.letterbox.metrics;

import org.jspecify.annotations.NullMarked;
