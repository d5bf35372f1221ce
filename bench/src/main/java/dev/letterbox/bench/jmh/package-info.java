/** Measures single calls with JMH; see bench/README.md. */
@NullMarked
package dev.letterbox.bench.jmh;

import org.jspecify.annotations.NullMarked;
