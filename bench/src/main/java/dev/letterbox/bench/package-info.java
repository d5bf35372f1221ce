/** Measures Letterbox; see bench/README.md. */
@NullMarked
package dev.letterbox.bench;

import org.jspecify.annotations.NullMarked;
