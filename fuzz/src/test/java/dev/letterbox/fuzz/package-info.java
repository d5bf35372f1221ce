/** What the targets share. Each target stands in the package of what it tests. */
@NullMarked
package dev.letterbox.fuzz;

import org.jspecify.annotations.NullMarked;
