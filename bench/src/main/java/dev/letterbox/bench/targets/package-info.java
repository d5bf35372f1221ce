/** Measures every target of the design beside what it is to be compared with; see bench/README.md. */
@NullMarked
package dev.letterbox.bench.targets;

import org.jspecify.annotations.NullMarked;
